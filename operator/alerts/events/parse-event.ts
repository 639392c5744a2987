/**
 * Reads the event that a controller posts, as Go's encoding/json does: names of fields without regard to case, unknown
 * ones ignored, missing ones and null empty, and a value of a wrong type refused.
 */
import { RequestError } from '../../api/errors.ts';
import { foldName } from '../../verify/fold-name.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { parseJsonOnce } from '../../verify/parse-json.ts';
import type { FluxEvent, InvolvedObject } from '../flux-event.ts';
import { compareBytes } from './compare-bytes.ts';
import { goTime } from './go-time.ts';

/** What an object's fields are read into; each is a text, or a value that is read on. */
type Fields<T> = { -readonly [Field in keyof T]: unknown };

const EMPTY_OBJECT: InvolvedObject = {
  kind: '',
  namespace: '',
  name: '',
  uid: '',
  apiVersion: '',
  resourceVersion: '',
  fieldPath: '',
};
const EMPTY_EVENT = {
  involvedObject: undefined,
  severity: '',
  timestamp: undefined,
  message: '',
  reason: '',
  metadata: undefined,
  reportingController: '',
  reportingInstance: '',
};
const OBJECT_FIELDS = namesOf(EMPTY_OBJECT);
const EVENT_FIELDS = namesOf(EMPTY_EVENT);

/** @throws RequestError PayloadInvalid */
export function parseEvent(body: Buffer): FluxEvent {
  const { involvedObject, timestamp, metadata, ...texts } = readFields(parseJsonOnce(body), EMPTY_EVENT, EVENT_FIELDS);
  const object = readFields(involvedObject ?? null, EMPTY_OBJECT, OBJECT_FIELDS);
  checkTexts(object);
  checkTexts(texts);
  return {
    ...(texts as Pick<FluxEvent, keyof typeof texts>),
    involvedObject: object as InvolvedObject,
    timestamp: timestampOf(timestamp),
    metadata: metadataOf(metadata),
  };
}

/** By each way to write them: as they are, which senders do, and folded. */
function namesOf<T extends object>(empty: T): ReadonlyMap<string, keyof T> {
  const names = Object.keys(empty) as (keyof T & string)[];
  return new Map(names.flatMap((name) => [[name, name] as const, [foldName(name), name] as const]));
}

/** What null empties; every other field stays as an earlier one said. */
const EMPTIED_BY_NULL: ReadonlySet<unknown> = new Set<keyof FluxEvent>(['timestamp', 'metadata']);

/** Of a field that comes twice, in upper and lower case, the last counts. */
function readFields<T extends object>(value: unknown, empty: T, names: ReadonlyMap<string, keyof T>): Fields<T> {
  const fields: Fields<T> = { ...empty };
  if (value === null) return fields;
  if (!isJsonObject(value)) throw new RequestError('PayloadInvalid', 'the event, or its object, is not an object');
  for (const key of Object.keys(value)) {
    const name = names.get(key) ?? names.get(foldName(key));
    const field = value[key];
    if (name !== undefined && (field !== null || EMPTIED_BY_NULL.has(name))) fields[name] = field ?? undefined;
  }
  return fields;
}

function checkTexts(fields: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(fields)) {
    if (typeof fields[name] !== 'string') throw new RequestError('PayloadInvalid', `event: ${name} is not a string`);
  }
}

function timestampOf(value: unknown): string | null {
  if (value === undefined) return null;
  const time = typeof value === 'string' ? goTime(value) : undefined;
  if (time === undefined) throw new RequestError('PayloadInvalid', 'event: timestamp is not RFC 3339');
  return time;
}

function metadataOf(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) throw new RequestError('PayloadInvalid', 'event: metadata is not an object');
  const entries = Object.entries(value).map(([key, item]): [string, string] => {
    if (item !== null && typeof item !== 'string') {
      throw new RequestError('PayloadInvalid', 'event: a value of metadata is not a string');
    }
    return [key, item ?? ''];
  });
  return new Map(entries.sort(([one], [other]) => compareBytes(one, other)));
}
