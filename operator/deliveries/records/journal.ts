/**
 * Remembers deliveries in memory, within a bound: flows add, and everything that tells people of deliveries reads. The
 * object that was used least recently is forgotten first (contract of deliveries, *Ring*).
 */
import type { Clock } from '../../observe/clock.ts';
import { cleanText, MAX_USER_AGENT } from './clean-text.ts';
import {
  addTo,
  createObjectHistory,
  dropOldest,
  isEmpty,
  isOwn,
  moveTo,
  type ObjectHistory,
  recordsOf,
} from './object-history.ts';
import { isSameObject, objectKey } from './object-ref.ts';
import type { Delivery, DeliveryRecord, ObjectRef } from './record.ts';
import { createProcessTag, recordId } from './record-id.ts';
import { createUnknownPaths, type UnknownPath } from './unknown-paths.ts';

/** Gets each record that is new or has changed. Must not throw, and must not wait. */
export type JournalListener = (record: DeliveryRecord, change: 'added' | 'changed') => void;

export type Learnt = Pick<Delivery, 'event' | 'announced' | 'credential'>;

export interface Journal {
  /** Since when there are records, in ms since 1970. */
  readonly recordingSinceMs: number;
  /** False: nothing is remembered, and `add` does nothing. */
  readonly enabled: boolean;
  /**
   * Folds a refusal into one like it of the last minute, before anything else is made of the request: it is what a flood
   * costs. False: there is none, and it is to be added.
   */
  fold(refusal: Pick<Delivery, 'object' | 'code' | 'event' | 'atMs'>): boolean;
  /** Remembers a delivery; a refusal like one of the last minute is folded into that. Undefined: not enabled. */
  add(delivery: Delivery): DeliveryRecord | undefined;
  /**
   * A record was changed by whoever added it, or follows it up. One that had to make room and is refused now is remembered
   * again. @param learnt what only a later attempt has found out.
   */
  changed(record: DeliveryRecord, learnt?: Learnt): void;
  unknownPath(request: UnknownPath): void;
  unknownPaths(): readonly UnknownPath[];
  /** Of an object, from the newest to the oldest; empty for one that is not known. */
  of(object: ObjectRef): readonly DeliveryRecord[];
  /** How many came for an object in each of the last 24 hours, the oldest first. */
  hoursOf(object: ObjectRef): readonly { readonly accepted: number; readonly refused: number }[] | undefined;
  /** The newest record of an object with this id of its sender's. */
  findByProviderId(object: ObjectRef, providerId: string): DeliveryRecord | undefined;
  /** Every object with a record. */
  objects(): readonly ObjectRef[];
  idOf(record: DeliveryRecord): string;
  subscribe(listener: JournalListener): () => void;
  /** The listener gets each record that is no longer remembered. Must not throw, and must not wait. */
  onForgotten(listener: (record: DeliveryRecord) => void): void;
}

export interface JournalOptions {
  /** How many records in all; 0: none. */
  readonly maxRecords: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Called when a delivery repeats another one that is still held. */
  readonly onDuplicate?: (type: string) => void;
}

interface State {
  readonly options: JournalOptions;
  readonly tag: string;
  /** By kind, namespace and name; the one used least recently first. */
  readonly histories: Map<string, ObjectHistory>;
  newest: ObjectHistory | undefined;
  readonly listeners: Set<JournalListener>;
  readonly forgottenListeners: ((record: DeliveryRecord) => void)[];
  sequence: number;
  count: number;
}

/** Refusals that are alike fold into the first of them, so long after it. */
const FOLD_MS = 60_000;
/** As many as an object has pending records. */
const MAX_FOLDED_IDS = 20;

export function createJournal(options: JournalOptions): Journal {
  const state: State = {
    options,
    tag: createProcessTag(),
    histories: new Map(),
    newest: undefined,
    listeners: new Set(),
    forgottenListeners: [],
    sequence: 0,
    count: 0,
  };
  const unknown = createUnknownPaths();
  const enabled = options.maxRecords > 0;
  const historyOf = (object: ObjectRef) => state.histories.get(objectKey(object));
  return {
    recordingSinceMs: options.clock.now(),
    enabled,
    fold: (refusal) => enabled && fold(state, refusal) !== undefined,
    add: (delivery) => (enabled ? add(state, delivery) : undefined),
    changed: (record, learnt) => changed(state, record, learnt),
    unknownPath(request) {
      if (enabled) unknown.add(request);
    },
    unknownPaths: unknown.list,
    of(object) {
      const history = historyOf(object);
      return history === undefined ? [] : recordsOf(history);
    },
    hoursOf: (object) => historyOf(object)?.counts.hours(options.clock.now()),
    findByProviderId(object, providerId) {
      const history = historyOf(object);
      return history && recordsOf(history).find((record) => record.providerId === providerId);
    },
    objects: () => [...state.histories.values()].map(({ object }) => object),
    idOf: (record) => recordId(record, state.tag),
    subscribe(listener) {
      state.listeners.add(listener);
      return () => state.listeners.delete(listener);
    },
    onForgotten: (listener) => void state.forgottenListeners.push(listener),
  };
}

/** @param refusal of a sender's request: what the operator does by itself has records of its own. */
function fold(state: State, refusal: Pick<Delivery, 'object' | 'code' | 'event' | 'atMs'>): DeliveryRecord | undefined {
  const history = touch(state, refusal.object);
  const alike = findAlike(history, refusal, cleanText(refusal.event));
  if (alike === undefined) return undefined;
  history.counts.add(refusal.atMs, true);
  foldInto(alike, refusal.atMs, history);
  notify(state, alike, 'changed');
  return alike;
}

function add(state: State, delivery: Delivery): DeliveryRecord {
  const isRefused = delivery.verdict === 'refused';
  const alike = isRefused && !isOwn(delivery) ? fold(state, delivery) : undefined;
  if (alike !== undefined) return withMessage(alike, delivery);
  const history = touch(state, delivery.object);
  history.counts.add(delivery.atMs, isRefused);
  const record = recordOf(state, delivery, cleanText(delivery.event));
  if (record.providerId !== undefined && isDuplicate(history, record)) state.options.onDuplicate?.(record.type);
  state.count += 1;
  forget(state, addTo(history, record));
  while (state.count > state.options.maxRecords) forgetOldest(state);
  notify(state, record, 'added');
  return record;
}

/** The history of an object, which is now the one used most recently. */
function touch(state: State, object: ObjectRef): ObjectHistory {
  const { newest, histories } = state;
  if (newest !== undefined && isSameObject(newest.object, object)) return newest;
  const key = objectKey(object);
  const history = histories.get(key) ?? createObjectHistory(object);
  histories.delete(key);
  histories.set(key, history);
  state.newest = history;
  return history;
}

function findAlike(
  { refused }: ObjectHistory,
  { code, atMs }: Pick<Delivery, 'code' | 'atMs'>,
  event: string | undefined,
): DeliveryRecord | undefined {
  // One that came first may be answered last.
  return refused.findLast(
    (record) => record.code === code && record.event === event && Math.abs(atMs - record.atMs) < FOLD_MS,
  );
}

function foldInto(record: DeliveryRecord, atMs: number, { servedSequence }: ObjectHistory): void {
  if (record.row?.servedSequence === servedSequence) record.row.count += 1;
  else if (servedSequence > record.sequence) record.row = { servedSequence, firstAtMs: atMs, count: 1 };
  if (record.repeated > 1) record.recentAtMs = newestThree(record.recentAtMs ?? [record.lastAtMs, record.atMs], atMs);
  record.repeated += 1;
  if (atMs > record.lastAtMs) record.lastAtMs = atMs;
}

/** Another replica may still have it pending. */
function withMessage(record: DeliveryRecord, { origin, providerId }: Delivery): DeliveryRecord {
  const id = origin === 'broker' ? cleanText(providerId) : undefined;
  if (id !== undefined && id !== record.providerId) {
    record.foldedIds = [...(record.foldedIds ?? []).filter((other) => other !== id), id].slice(-MAX_FOLDED_IDS);
  }
  return record;
}

function newestThree(known: readonly number[], atMs: number): readonly number[] {
  const [last = atMs, before = last] = known;
  return atMs >= last ? [atMs, last, before] : [...known, atMs].sort((a, b) => b - a).slice(0, 3);
}

function isDuplicate({ served, refused }: ObjectHistory, { providerId }: DeliveryRecord): boolean {
  const repeats = (record: DeliveryRecord) => record.providerId === providerId;
  return served.some(repeats) || refused.some(repeats);
}

function recordOf(state: State, delivery: Delivery, event: string | undefined): DeliveryRecord {
  state.sequence += 1;
  return {
    ...delivery,
    event,
    providerId: cleanText(delivery.providerId),
    userAgent: cleanText(delivery.userAgent, MAX_USER_AGENT),
    announced: delivery.announced && cleanAnnounced(delivery.announced),
    sequence: state.sequence,
    lastAtMs: delivery.atMs,
    repeated: 1,
  };
}

function cleanAnnounced({ ref, before, revision }: NonNullable<Delivery['announced']>) {
  const [cleanRef, cleanBefore, cleanRevision] = [cleanText(ref), cleanText(before), cleanText(revision)];
  return {
    ...(cleanRef === undefined ? {} : { ref: cleanRef }),
    ...(cleanBefore === undefined ? {} : { before: cleanBefore }),
    ...(cleanRevision === undefined ? {} : { revision: cleanRevision }),
  };
}

function forgetOldest(state: State): void {
  for (const [key, history] of state.histories) {
    const oldest = dropOldest(history);
    forget(state, oldest);
    if (isEmpty(history)) {
      state.histories.delete(key);
      if (state.newest === history) state.newest = undefined;
    }
    if (oldest !== undefined) return;
  }
  state.count = 0;
}

/** @param record what had to make room; undefined: nothing had to. */
function forget(state: State, record: DeliveryRecord | undefined): void {
  if (record === undefined) return;
  state.count -= 1;
  for (const listener of state.forgottenListeners) listener(record);
}

function changed(state: State, record: DeliveryRecord, learnt?: Learnt): void {
  if (learnt !== undefined) learn(record, learnt);
  const history = state.histories.get(objectKey(record.object));
  if (history !== undefined) {
    const { moved, returned, dropped } = moveTo(history, record);
    if (moved) history.counts.refuse(record.atMs);
    if (returned) state.count += 1;
    forget(state, dropped);
  }
  while (state.count > state.options.maxRecords) forgetOldest(state);
  notify(state, record, 'changed');
}

function learn(record: DeliveryRecord, { event, announced, credential }: Learnt): void {
  record.event ??= cleanText(event);
  record.announced ??= announced && cleanAnnounced(announced);
  record.credential ??= credential;
}

function notify({ listeners }: State, record: DeliveryRecord, change: 'added' | 'changed'): void {
  for (const listener of listeners) listener(record, change);
}
