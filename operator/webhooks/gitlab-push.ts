import type { Announced } from '../api/announced.ts';
import { topLevelStrings } from '../verify/top-level-strings.ts';
import { announcement } from './announcement.ts';
import type { WebhookRequest } from './webhook-type.ts';

const FIELDS = ['ref', 'before', 'checkout_sha'] as const;
/** A system hook sends pushes among much else. */
const PUSH_EVENTS: ReadonlySet<string> = new Set(['Push Hook', 'Tag Push Hook', 'System Hook']);

/** What a push of GitLab announces. It runs for each webhook, so it reads no more than it must. */
export function gitlabPush({ headers, body }: WebhookRequest): Announced | undefined {
  const event = headers['x-gitlab-event'];
  if (typeof event !== 'string' || !PUSH_EVENTS.has(event)) return undefined;
  const [ref, before, revision] = topLevelStrings(body, FIELDS).values;
  return announcement({ ref, before, revision });
}
