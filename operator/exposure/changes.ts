/** Queues the Receivers that a change concerns: for a reconcile of their objects, for a new status, or for both. */
import type { ObjectMeta } from '../api/meta.ts';
import type { WorkQueue } from '../kube/queue/work-queue.ts';
import type { Concerned } from './concerned.ts';
import type { Entries } from './entries.ts';
import { byAge, type Entry, isSameEntry } from './entry.ts';
import { ownerOf } from './found/found-url.ts';
import type { OwnKinds } from './watches.ts';

export interface ChangesContext {
  readonly entries: Entries;
  /** The watched objects of the kinds that are made for Receivers. */
  readonly kinds: { readonly [kind in keyof OwnKinds]: Pick<OwnKinds[kind], 'indexes'> };
  /** Reconciles objects. */
  readonly queue: Pick<WorkQueue, 'add'>;
  /** Receivers whose status may be out of date. */
  readonly stale: { add(keys: Iterable<string>): void };
  readonly leader: { readonly leads: boolean };
  /** The namespace of the Receivers that are served; undefined: all. */
  readonly namespace: string | undefined;
  /** `namespace/name` of every Receiver. */
  receivers(): Iterable<string>;
  /** The Receiver that is served at a path. */
  receiverAt(path: string): string | undefined;
}

/** The URLs of some Receivers differ, and with them what may be planned, and what a Secret says of them. */
export function urlsChanged(context: ChangesContext, concerned: Concerned): void {
  const keys = [...keysOf(context, concerned)];
  context.stale.add(keys);
  if (concerned === 'everybody') anythingChanged(context);
  else for (const key of keys) if (requestsSecret(context, key)) enqueue(context, key, 'front');
}

/** A Secret was created, changed or deleted. @param secretKey its `namespace/name`. */
export function secretChanged(context: ChangesContext, secretKey: string): void {
  for (const key of context.entries.requesting(secretKey)) enqueue(context, key, 'front');
}

function requestsSecret({ entries }: ChangesContext, key: string): boolean {
  return entries.get(key)?.granted.urlSecret !== undefined;
}

/** An object of the kinds that are made for Receivers differs; undefined: all may. */
export function objectChanged(
  context: ChangesContext,
  now: ObjectMeta | undefined,
  before: ObjectMeta | undefined,
): void {
  if (now === undefined) {
    anythingChanged(context);
    return;
  }
  const { owners, waiting } = concernedBy(context.entries, now, before);
  for (const key of [...owners, ...waiting]) enqueue(context, key, 'front');
  context.stale.add(owners);
}

/** What a Receiver requests or holds differs. @param entry undefined: nothing any longer. */
export function receiverChanged(context: ChangesContext, key: string, entry: Entry | undefined): void {
  const { entries } = context;
  const before = entries.get(key);
  if (before === undefined && entry === undefined) return;
  const concerned = entries.set(key, entry);
  if (!isSameEntry(before, entry)) for (const each of concerned) enqueue(context, each, 'front');
}

/** Everything is reconciled. */
export function anythingChanged(context: ChangesContext): void {
  for (const key of context.entries.keys()) enqueue(context, key, 'backlog');
  for (const kind of Object.values(context.kinds)) {
    for (const key of kind.indexes()) enqueue(context, key, 'backlog');
  }
}

function enqueue({ queue, namespace, leader }: ChangesContext, key: string, priority: 'front' | 'backlog'): void {
  // Receivers that are not served here are not known.
  if (namespace !== undefined && !key.startsWith(`${namespace}/`)) return;
  if (leader.leads) queue.add(key, priority);
}

/** The Receivers that own or owned an object, and those that wait for its name. */
function concernedBy(entries: Entries, now: ObjectMeta, before: ObjectMeta | undefined) {
  const owner = ownerOf(now);
  const owners = new Set([owner, before && ownerOf(before)].filter((key) => key !== undefined));
  // The owner may be gone, and its last write may arrive after that of the next one.
  const [oldest] = entries.sharers(now.name).toSorted(byAge);
  const waiting = oldest === undefined || owners.has(oldest.key) ? [] : [oldest.key];
  // A foreign object may cause or end a conflict.
  if (owner === undefined) waiting.push(...entries.troubled());
  return { owners, waiting };
}

function* keysOf({ receivers, receiverAt }: ChangesContext, concerned: Concerned): Iterable<string> {
  if (concerned === 'everybody') {
    yield* receivers();
    return;
  }
  yield* concerned.receivers;
  for (const path of concerned.paths) {
    const key = receiverAt(path);
    if (key !== undefined) yield key;
  }
}
