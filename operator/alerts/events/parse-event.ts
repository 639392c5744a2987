/**
 * Reads the event that a controller posts, as Go's encoding/json does: names of fields without regard to case, unknown
 * ones ignored, missing ones and null empty, and a value of a wrong type refused.
 */
import { RequestError } from '../../api/errors.ts';
import { checkShape, type Shape } from '../../verify/check-shape.ts';
import { foldName } from '../../verify/fold-name.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { parseJson } from '../../verify/parse-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import { compareBytes } from './compare-bytes.ts';
import { goTime } from './go-time.ts';

/** The fields by their folded names. */
const OBJECT_SHAPE = {
  kind: 'string',
  namespace: 'string',
  name: 'string',
  uid: 'string',
  apiversion: 'string',
  resourceversion: 'string',
  fieldpath: 'string',
} as const satisfies Shape;
const EVENT_SHAPE = {
  involvedobject: OBJECT_SHAPE,
  severity: 'string',
  timestamp: 'string',
  message: 'string',
  reason: 'string',
  reportingcontroller: 'string',
  reportinginstance: 'string',
} as const satisfies Shape;

type Fields = ReadonlyMap<string, unknown>;

/** @throws RequestError PayloadInvalid */
export function parseEvent(body: Buffer): FluxEvent {
  const value = parseJson(body);
  checkShape(value, EVENT_SHAPE, 'event');
  const fields = foldedFields(value);
  const object = foldedFields(fields.get('involvedobject'));
  return {
    involvedObject: {
      kind: text(object, 'kind'),
      namespace: text(object, 'namespace'),
      name: text(object, 'name'),
      uid: text(object, 'uid'),
      apiVersion: text(object, 'apiversion'),
      resourceVersion: text(object, 'resourceversion'),
      fieldPath: text(object, 'fieldpath'),
    },
    severity: text(fields, 'severity'),
    timestamp: timestampOf(fields.get('timestamp')),
    message: text(fields, 'message'),
    reason: text(fields, 'reason'),
    metadata: metadataOf(fields.get('metadata')),
    reportingController: text(fields, 'reportingcontroller'),
    reportingInstance: text(fields, 'reportinginstance'),
  };
}

/** Of a field that comes twice the last counts; null leaves what an earlier one said. */
function foldedFields(value: unknown): Fields {
  const fields = new Map<string, unknown>();
  if (!isJsonObject(value)) return fields;
  for (const [key, field] of Object.entries(value)) if (field !== null) fields.set(foldName(key), field);
  return fields;
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

function timestampOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const time = goTime(value);
  if (time === undefined) throw new RequestError('PayloadInvalid', 'event.timestamp is not RFC 3339');
  return time;
}

function metadataOf(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) throw new RequestError('PayloadInvalid', 'event.metadata is not an object');
  const entries = Object.entries(value).map(([key, item]): [string, string] => {
    if (item !== null && typeof item !== 'string') {
      throw new RequestError('PayloadInvalid', 'a value of event.metadata is not a string');
    }
    return [key, item ?? ''];
  });
  return new Map(entries.sort(([one], [other]) => compareBytes(one, other)));
}
