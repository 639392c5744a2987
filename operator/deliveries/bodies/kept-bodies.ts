/**
 * Keeps the last verified JSON bodies of the objects that want it, redacted, within a bound (contract of deliveries,
 * *Bodies*). A flow copies a body while it has it and hands the copy over with the record; it is read and redacted after
 * the answer, one body at a time and a small part of the time, so that webhooks do not wait for it.
 */
import type { Clock, Timer } from '../../observe/clock.ts';
import type { Journal } from '../records/journal.ts';
import { objectKey } from '../records/object-ref.ts';
import type { DeliveryRecord, KeptBody } from '../records/record.ts';
import { type BodyCopy, type copyBody, MAX_BODY_BYTES, MAX_SEEN_BYTES } from './copy-body.ts';
import { type ReadableBody, readableBody } from './readable-body.ts';
import { redact } from './redact.ts';
import { readSeen } from './seen-beside.ts';
import { createWaitingBodies, type Waiting, type WaitingBodies } from './waiting-bodies.ts';

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

interface State {
  readonly options: KeptBodiesOptions;
  /** Each with the bytes of its body, the oldest first. */
  readonly kept: Map<DeliveryRecord, number>;
  /** The same by kind, namespace and name. */
  readonly byObject: Map<string, Set<DeliveryRecord>>;
  readonly waiting: WaitingBodies;
  bytes: number;
  timer: Timer | undefined;
}

/** What copies may take that wait while the rest of the memory is full of bodies. */
const MIN_WAITING_BYTES = 64 * MAX_BODY_BYTES;
/** Reading and redacting take one part of the time in so many. */
const SHARE = 10;
const FIRST_PAUSE_MS = 1;

export function createKeptBodies(options: KeptBodiesOptions): KeptBodies {
  const state: State = {
    options,
    kept: new Map(),
    byObject: new Map(),
    waiting: createWaitingBodies(),
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
      if (count === 0) state.waiting.forgetOf(object);
      releaseOldest(state, object, count);
    },
    get bytes() {
      return state.bytes;
    },
  };
}

function keep(state: State, record: DeliveryRecord, copy: BodyCopy): void {
  const { maxBytes } = state.options;
  state.waiting.add({ record, copy }, Math.max(maxBytes - state.bytes, Math.min(MIN_WAITING_BYTES, maxBytes)));
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
    const next = state.waiting.shift();
    if (next !== undefined) settle(state, next);
    const pauseMs = Math.max(FIRST_PAUSE_MS, (clock.elapsedMs() - startedMs) * (SHARE - 1));
    state.timer = state.waiting.size === 0 ? undefined : later(state, pauseMs);
  }, delayMs);
}

function settle(state: State, { record, copy }: Waiting): void {
  const { journal, maxBytes } = state.options;
  if (record.verdict === 'refused') return;
  const readable = readableBody(copy.bytes, copy.contentType);
  if (readable === undefined) return;
  const body = redactedBody(readable, copy);
  const bytes = body === 'TooLarge' ? 0 : body.json.length + (body.seen?.length ?? 0);
  if (body === 'TooLarge' || bytes > maxBytes) record.body = 'TooLarge';
  else {
    record.body = body;
    add(state, record, bytes);
    releaseOldest(state, objectKey(record.object), copy.wanted.count);
    for (const [oldest] of state.kept) {
      if (state.bytes <= maxBytes) break;
      release(state, oldest);
      journal.changed(oldest);
    }
  }
  journal.changed(record);
}

function redactedBody({ value, contentType }: ReadableBody, { seen, wanted }: BodyCopy): KeptBody {
  const body = redact(value, wanted.secrets);
  const json = Buffer.from(JSON.stringify(body.value));
  if (json.length > MAX_BODY_BYTES) return 'TooLarge';
  if (seen === undefined) return { json, redacted: body.redacted, contentType };
  const beside = redact(readSeen(seen), wanted.secrets);
  const seenJson = Buffer.from(JSON.stringify(beside.value));
  if (seenJson.length > MAX_SEEN_BYTES) return 'TooLarge';
  return { json, redacted: body.redacted || beside.redacted, contentType, seen: seenJson };
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
  state.waiting.forget(record);
  release(state, record);
}
