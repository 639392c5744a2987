/**
 * What Google Container Registry and Artifact Registry publish, as Pub/Sub pushes it: base64 of a small JSON object in
 * an envelope (https://cloud.google.com/artifact-registry/docs/configure-notifications).
 */
import { RequestError } from '../api/errors.ts';
import { checkShape } from '../verify/check-shape.ts';
import { decodeBase64 } from '../verify/decode-base64.ts';
import { fieldOf } from '../verify/field-of.ts';
import { parseFirstJson, parseJson } from '../verify/parse-json.ts';

export interface RegistryEvent {
  readonly action: string;
  readonly digest: string;
  readonly tag: string;
}

const envelope = {
  message: { data: 'string', messageid: 'string', publishtime: 'string', subscription: 'string' },
} as const;
const event = { action: 'string', digest: 'string', tag: 'string' } as const;

function text(object: unknown, name: string): string {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? value : '';
}

/**
 * The event in a push; a field that is absent is ''.
 *
 * @throws RequestError PayloadInvalid
 */
export function pubsubMessage(body: Buffer): RegistryEvent {
  const push = parseFirstJson(body);
  checkShape(push, envelope);
  const data = decodeBase64(text(fieldOf(push, 'message'), 'data'));
  if (data === undefined) throw new RequestError('PayloadInvalid', 'message.data is not base64');
  const decoded = parseJson(data);
  checkShape(decoded, event, 'message.data');
  return { action: text(decoded, 'action'), digest: text(decoded, 'digest'), tag: text(decoded, 'tag') };
}
