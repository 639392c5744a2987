/**
 * Keeps the last verified JSON bodies of the objects that want it, redacted, within a bound (contract of deliveries,
 * *Bodies*). A flow copies a body while it has it and hands the copy over with the record; it is read and redacted after
 * the answer, one body at a time and a small part of the time, so that webhooks do not wait for it.
 */
import type { Clock, Timer } from '../../observe/clock.ts';
import type { Journal } from '../records/journal.ts';
import { objectKey } from '../records/object-ref.ts';
import type { DeliveryRecord } from '../records/record.ts';
import { readableBody } from './readable-body.ts';
import { redact } from './redact.ts';

/** What an object wants to be kept of its bodies. */
export interface BodiesToKeep {
  /** How many. */
  readonly count: number;
  /** The values of its Secret, which no body may show. */
  readonly secrets: readonly string[];
}

/** A body that outlives its request, until it is redacted. */
export interface BodyCopy {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  readonly wanted: BodiesToKeep;
}

export interface KeptBodies {
  /** Has the body of a record kept, soon; that of a refused one never is. @param copy what `copyBody` gave. */
  keep(record: DeliveryRecord, copy: ReturnType<typeof copyBody>): void;
  /** Keeps no more than so many of an object (`namespace/name`) from now on. */
  limit(kind: string, key: string, count: number): void;
  /** Of the bodies that are kept. */
  readonly bytes: number;
}

export interface KeptBodiesOptions {
  readonly journal: Pick<Journal, 'changed' | 'onForgotten' | 'subscribe'>;
  /** Of all bodies. */
  readonly maxBytes: number;
  readonly clock: Pick<Clock, 'elapsedMs' | 'setTimeout'>;
}

interface Waiting {
  readonly record: DeliveryRecord;
  readonly copy: BodyCopy;
}

interface State {
  readonly options: KeptBodiesOptions;
  /** Each with the bytes of its body, the oldest first. */
  readonly kept: Map<DeliveryRecord, number>;
  /** The same by kind, namespace and name. */
  readonly byObject: Map<string, Set<DeliveryRecord>>;
  readonly waiting: Set<Waiting>;
  bytes: number;
  timer: Timer | undefined;
}

/** The largest body that is kept. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Of copies that wait: under load the older ones are given up. */
const MAX_WAITING = 64;
/** Reading and redacting take one part of the time in so many. */
const SHARE = 10;
const FIRST_PAUSE_MS = 1;

/** The copy that `keep` takes, or why there is none. Undefined: none is wanted. */
export function copyBody(
  body: Buffer,
  contentType: string | undefined,
  wanted: BodiesToKeep | undefined,
): BodyCopy | 'TooLarge' | undefined {
  if (wanted === undefined || body.length === 0) return undefined;
  return body.length > MAX_BODY_BYTES ? 'TooLarge' : { bytes: Buffer.from(body), contentType, wanted };
}

export function createKeptBodies(options: KeptBodiesOptions): KeptBodies {
  const state: State = {
    options,
    kept: new Map(),
    byObject: new Map(),
    waiting: new Set(),
    bytes: 0,
    timer: undefined,
  };
  options.journal.onForgotten((record) => forget(state, record));
  options.journal.subscribe((record) => {
    // What was pending is given up.
    if (record.verdict === 'refused') forget(state, record);
  });
  return {
    keep(record, copy) {
      if (copy === 'TooLarge') tooLarge(state, record);
      else if (copy !== undefined) keep(state, record, copy);
    },
    limit(kind, key, count) {
      const object = `${kind}/${key}`;
      if (count === 0) forgetWaiting(state, ({ record }) => objectKey(record.object) === object);
      releaseOldest(state, object, count);
    },
    get bytes() {
      return state.bytes;
    },
  };
}

function keep(state: State, record: DeliveryRecord, copy: BodyCopy): void {
  const { waiting } = state;
  const object = objectKey(record.object);
  const alike = [...waiting].filter((other) => objectKey(other.record.object) === object);
  const [oldestAlike] = alike;
  if (oldestAlike !== undefined && alike.length >= copy.wanted.count) waiting.delete(oldestAlike);
  const [oldest] = waiting;
  if (oldest !== undefined && waiting.size >= MAX_WAITING) waiting.delete(oldest);
  waiting.add({ record, copy });
  state.timer ??= later(state, FIRST_PAUSE_MS);
}

function tooLarge({ options }: State, record: DeliveryRecord): void {
  if (record.verdict === 'refused') return;
  record.body = 'TooLarge';
  options.journal.changed(record);
}

function later(state: State, delayMs: number): Timer {
  const { clock } = state.options;
  return clock.setTimeout(() => {
    const startedMs = clock.elapsedMs();
    const [next] = state.waiting;
    if (next !== undefined) {
      state.waiting.delete(next);
      settle(state, next);
    }
    const pauseMs = Math.max(FIRST_PAUSE_MS, (clock.elapsedMs() - startedMs) * (SHARE - 1));
    state.timer = state.waiting.size === 0 ? undefined : later(state, pauseMs);
  }, delayMs);
}

function settle(state: State, { record, copy }: Waiting): void {
  const { journal, maxBytes } = state.options;
  if (record.verdict === 'refused') return;
  const readable = readableBody(copy.bytes, copy.contentType);
  if (readable === undefined) return;
  const { value, redacted } = redact(readable.value, copy.wanted.secrets);
  const json = Buffer.from(JSON.stringify(value));
  if (json.length > MAX_BODY_BYTES || json.length > maxBytes) record.body = 'TooLarge';
  else {
    record.body = { json, redacted, contentType: readable.contentType };
    add(state, record, json.length);
    releaseOldest(state, objectKey(record.object), copy.wanted.count);
    for (const [oldest] of state.kept) {
      if (state.bytes <= maxBytes) break;
      release(state, oldest);
      journal.changed(oldest);
    }
  }
  journal.changed(record);
}

function add(state: State, record: DeliveryRecord, bytes: number): void {
  const key = objectKey(record.object);
  const own = state.byObject.get(key) ?? new Set();
  state.byObject.set(key, own.add(record));
  state.kept.set(record, bytes);
  state.bytes += bytes;
}

function releaseOldest(state: State, object: string, count: number): void {
  const own = [...(state.byObject.get(object) ?? [])];
  for (const record of own.slice(0, Math.max(own.length - count, 0))) {
    release(state, record);
    state.options.journal.changed(record);
  }
}

function release(state: State, record: DeliveryRecord): void {
  const bytes = state.kept.get(record);
  if (bytes === undefined) return;
  state.kept.delete(record);
  state.bytes -= bytes;
  const key = objectKey(record.object);
  const own = state.byObject.get(key);
  own?.delete(record);
  if (own?.size === 0) state.byObject.delete(key);
  record.body = undefined;
}

/** Called for every record that makes room for another: most have no body. */
function forget(state: State, record: DeliveryRecord): void {
  if (state.waiting.size > 0) forgetWaiting(state, (waiting) => waiting.record === record);
  release(state, record);
}

function forgetWaiting({ waiting }: State, applies: (waiting: Waiting) => boolean): void {
  for (const each of [...waiting]) if (applies(each)) waiting.delete(each);
}
