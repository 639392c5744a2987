import type { Announced } from '../api/announced.ts';
import { formPayload } from '../verify/form-payload.ts';
import { isJsonObject } from '../verify/is-json-object.ts';
import { mediaType } from '../verify/media-type.ts';
import { parseFirstJson } from '../verify/parse-json.ts';
import { announcement } from './announcement.ts';
import type { WebhookRequest } from './webhook-type.ts';

/** What a push of Bitbucket Cloud or Server announces: of several changes the first that is one of a ref. */
export function bitbucketPush({ headers, body }: WebhookRequest): Announced | undefined {
  const isForm = mediaType(headers['content-type']) === 'application/x-www-form-urlencoded';
  const json = isForm ? formPayload(body) : body;
  const push = json && parseFirstJson(json);
  const cloud = listOf(fieldOf(fieldOf(push, 'push'), 'changes')).map(ofCloud);
  const server = listOf(fieldOf(push, 'changes')).map(ofServer);
  return [...cloud, ...server].find((announced) => announced !== undefined);
}

function ofCloud(change: unknown): Announced | undefined {
  const [before, after] = [fieldOf(change, 'old'), fieldOf(change, 'new')];
  return announcement({
    ref: fieldOf(after, 'name') ?? fieldOf(before, 'name'),
    before: fieldOf(fieldOf(before, 'target'), 'hash'),
    revision: fieldOf(fieldOf(after, 'target'), 'hash'),
  });
}

function ofServer(change: unknown): Announced | undefined {
  const ref = fieldOf(change, 'refId') ?? fieldOf(fieldOf(change, 'ref'), 'id');
  return announcement({ ref, before: fieldOf(change, 'fromHash'), revision: fieldOf(change, 'toHash') });
}

function fieldOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
