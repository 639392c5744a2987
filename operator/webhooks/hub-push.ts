/** What a push of GitHub, Gitea or Forgejo announces. It runs for each webhook, so it reads no more than it must. */
import type { Announced } from '../api/announced.ts';
import { formPayload } from '../verify/form-payload.ts';
import { formStart } from '../verify/form-start.ts';
import { mediaType } from '../verify/media-type.ts';
import { topLevelStrings } from '../verify/top-level-strings.ts';
import { announcement } from './announcement.ts';
import type { WebhookRequest } from './webhook-type.ts';

const FIELDS = ['ref', 'before', 'after'] as const;
/** Of a form is decoded first; senders put the fields into the first 300 bytes. */
const FORM_START = 512;

export function hubPush({ headers, body }: WebhookRequest): Announced | undefined {
  // Other events have some of these fields, with another meaning.
  if (headers['x-github-event'] !== 'push') return undefined;
  const isForm = mediaType(headers['content-type']) === 'application/x-www-form-urlencoded';
  const [ref, before, revision] = isForm ? formFields(body) : topLevelStrings(body, FIELDS).values;
  return announcement({ ref, before, revision });
}

function formFields(body: Buffer): readonly (string | undefined)[] {
  const start = formStart(body, FORM_START);
  const found = start && topLevelStrings(start, FIELDS);
  if (found?.complete) return found.values;
  const payload = formPayload(body);
  return payload === undefined ? [] : topLevelStrings(payload, FIELDS).values;
}
