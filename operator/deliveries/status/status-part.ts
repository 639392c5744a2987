/**
 * Says in statuses, Events and a metric whether what is sent to an object arrives. The leader does, from the records of all
 * replicas, and through the one writer of each status. A record only marks its object; one timer looks at those that are
 * marked, an object at most once in `--delivery-status-interval` with a write.
 */
import type { Config } from '../../config.ts';
import { regarding } from '../../kube/events/regarding.ts';
import type { Timer } from '../../observe/clock.ts';
import type { Cluster } from '../../platform/cluster.ts';
import type { StatusAddition } from '../../platform/status-additions.ts';
import type { Part } from '../part.ts';
import type { PeerRecord } from '../peers/peer-answer.ts';
import type { Peers } from '../peers/peers.ts';
import type { Journal } from '../records/journal.ts';
import { mergeRecords } from '../records/merge-records.ts';
import { objectKey } from '../records/object-ref.ts';
import type { DeliveryRecord, ObjectRef } from '../records/record.ts';
import { type Decision, decide } from './decide.ts';
import { acceptedMessage } from './delivering.ts';
import { type Entry, newEntry } from './entry.ts';
import { createDeliveringMetrics, notDelivering } from './metrics.ts';
import { createPeerRecords, type PeerRecords } from './peer-records.ts';
import { hasCome, heldOf, isWritten, lastOf, type Told, toldKinds } from './told.ts';

export interface StatusPart extends Part {
  /** The targets of an object move without its deliveries, and what to do; undefined: they do not. */
  silentBreak(object: ObjectRef, message: string | undefined): void;
  /** The listener gets each record of another replica that is new or has changed, while this one leads. Must not throw. */
  onPeerRecord(listener: (record: PeerRecord) => void): void;
}

export interface StatusPartOptions {
  readonly cluster: Pick<Cluster, 'clock' | 'events' | 'leader' | 'metrics' | 'objects' | 'statusAdditions'>;
  readonly config: Pick<Config, 'deliveryHistory' | 'deliveryStatusIntervalMs' | 'metricsPerObject'>;
  readonly journal: Journal;
  readonly peers: Pick<Peers, 'enabled' | 'own' | 'others'>;
}

interface State {
  readonly options: StatusPartOptions;
  readonly entries: Map<string, Entry>;
  readonly marked: Set<Entry>;
  readonly peerRecords: PeerRecords;
  timer: { readonly timer: Timer; readonly dueMs: number } | undefined;
  /** When the peers are asked next, by `elapsedMs`. */
  nextPollMs: number;
  /** When they were asked last, since 1970; undefined: never. */
  polledAtMs: number | undefined;
  isLooking: boolean;
  isStopped: boolean;
}

/** What comes in one burst is looked at once. */
const BURST_MS = 100;
/** After a look that wrote nothing. */
const LOOKS_APART_MS = 2_000;
/** How far the clocks of replicas may be apart. */
const CLOCKS_APART_MS = 60_000;
/** So many objects may have to wait for a replica that does not answer. */
const AT_ONCE = 16;
/** As long as `lastDelivery` is left alone. */
const CALM_MS = 10 * 60_000;

export function createStatusPart(options: StatusPartOptions): StatusPart {
  const { cluster, config, journal } = options;
  const state: State = {
    options,
    entries: new Map(),
    marked: new Set(),
    peerRecords: createPeerRecords(config.deliveryHistory),
    timer: undefined,
    nextPollMs: 0,
    polledAtMs: undefined,
    isLooking: false,
    isStopped: false,
  };
  const samples = () => (cluster.leader.leads ? notDelivering((kind) => cluster.objects(kind)) : []);
  createDeliveringMetrics({ registry: cluster.metrics.registry, perObject: config.metricsPerObject, samples });
  for (const kind of toldKinds.keys()) {
    cluster.statusAdditions.provide<Told>(kind, (object) => provide(state, kind, object));
  }
  const unsubscribe = journal.subscribe((record) => noteRecord(state, record));
  return {
    start: async () => schedule(state),
    lead: () => lead(state),
    silentBreak(object, message) {
      const entry = entryOf(state, object);
      const silentBreak = message ?? false;
      if (entry.silentBreak === silentBreak) return;
      entry.silentBreak = silentBreak;
      mark(state, entry);
    },
    onPeerRecord: state.peerRecords.subscribe,
    async stop() {
      unsubscribe();
      state.isStopped = true;
      state.timer?.timer.cancel();
    },
  };
}

function lead(state: State): void {
  state.entries.clear();
  state.marked.clear();
  state.peerRecords.clear();
  state.polledAtMs = undefined;
  state.nextPollMs = 0;
  for (const object of state.options.journal.objects()) {
    if (toldKinds.has(object.kind)) mark(state, entryOf(state, object));
  }
  schedule(state);
}

/** On the way of each request: what nothing follows from ends at once. */
function noteRecord(state: State, { object, verdict }: DeliveryRecord): void {
  const { leader, clock } = state.options.cluster;
  if (!leader.leads || !toldKinds.has(object.kind)) return;
  const entry = entryOf(state, object);
  if (entry.isMarked || (verdict !== 'refused' && clock.elapsedMs() < entry.calmUntilMs)) return;
  mark(state, entry);
}

function entryOf({ entries }: State, object: ObjectRef): Entry {
  const key = objectKey(object);
  const known = entries.get(key);
  if (known !== undefined) return known;
  const entry = newEntry(object);
  entries.set(key, entry);
  return entry;
}

function mark(state: State, entry: Entry): void {
  entry.isMarked = true;
  state.marked.add(entry);
  scheduleAt(state, entry.nextLookMs);
}

/** Sets the one timer to the earliest that is to be done. */
function schedule(state: State): void {
  if (state.options.peers.enabled) scheduleAt(state, state.nextPollMs);
  for (const { nextLookMs } of state.marked) scheduleAt(state, nextLookMs);
}

function scheduleAt(state: State, atMs: number): void {
  const { clock, leader } = state.options.cluster;
  if (state.isStopped || state.isLooking || !leader.leads) return;
  const nowMs = clock.elapsedMs();
  const dueMs = Math.max(atMs, nowMs + BURST_MS);
  if (state.timer !== undefined && state.timer.dueMs <= dueMs) return;
  state.timer?.timer.cancel();
  state.timer = { timer: clock.setTimeout(() => void look(state), dueMs - nowMs), dueMs };
}

/** Never throws. */
async function look(state: State): Promise<void> {
  const { cluster, config, peers } = state.options;
  state.timer = undefined;
  state.isLooking = true;
  if (cluster.clock.elapsedMs() >= state.nextPollMs) {
    state.nextPollMs = cluster.clock.elapsedMs() + config.deliveryStatusIntervalMs;
    forgetGone(state);
    if (peers.enabled) await poll(state);
  }
  const due = [...state.marked].filter(({ nextLookMs }) => nextLookMs <= cluster.clock.elapsedMs());
  for (let begin = 0; begin < due.length; begin += AT_ONCE) {
    if (!cluster.leader.leads || state.isStopped) break;
    await Promise.all(due.slice(begin, begin + AT_ONCE).map((entry) => lookAt(state, entry)));
  }
  state.isLooking = false;
  schedule(state);
}

async function poll(state: State): Promise<void> {
  const { cluster, peers } = state.options;
  const { polledAtMs } = state;
  state.polledAtMs = cluster.clock.now();
  const sinceMs = polledAtMs === undefined ? undefined : polledAtMs - CLOCKS_APART_MS;
  learn(state, await peers.others({ sinceMs }));
}

function forgetGone(state: State): void {
  const { cluster } = state.options;
  for (const [key, { object, isMarked, addition, silentBreak }] of state.entries) {
    const isIdle = !isMarked && addition === undefined && typeof silentBreak !== 'string';
    if (isIdle && cluster.objects(object.kind)?.hasHandledAll() === true && objectOf(state, object) === undefined) {
      state.entries.delete(key);
    }
  }
}

function learn(state: State, items: readonly PeerRecord[]): void {
  for (const record of items) {
    if (toldKinds.has(record.object.kind) && state.peerRecords.add(record)) mark(state, entryOf(state, record.object));
  }
}

async function lookAt(state: State, entry: Entry): Promise<void> {
  const { cluster, config, peers } = state.options;
  const { clock } = cluster;
  entry.isMarked = false;
  state.marked.delete(entry);
  const told = objectOf(state, entry.object);
  if (told === undefined) {
    const isKnown = cluster.objects(entry.object.kind)?.hasHandledAll() === true;
    if (isKnown) state.entries.delete(objectKey(entry.object));
    else postpone(state, entry);
    return;
  }
  if (told.spec.suspend === true) return;
  if (entry.addition !== undefined && !isWritten(entry.addition, told)) {
    // What is decided is being written.
    postpone(state, entry);
    return;
  }
  entry.addition = undefined;
  let decision = decideFor(state, entry, told);
  if (decision?.breaks === true && peers.enabled) {
    // The other replicas may have served it in between.
    learn(state, await peers.others({ object: entry.object }));
    decision = decideFor(state, entry, told);
  }
  entry.nextLookMs =
    clock.elapsedMs() +
    (decision === undefined
      ? Math.min(LOOKS_APART_MS, config.deliveryStatusIntervalMs)
      : config.deliveryStatusIntervalMs);
  if (decision === undefined) calm(state, entry, told);
  else carryOut(state, entry, told, decision);
}

/** Nothing can be said of it yet. */
function postpone(state: State, entry: Entry): void {
  entry.nextLookMs = state.options.cluster.clock.elapsedMs() + LOOKS_APART_MS;
  entry.isMarked = true;
  state.marked.add(entry);
}

function decideFor(state: State, { object, silentBreak }: Entry, told: Told): Decision | undefined {
  const { cluster, peers } = state.options;
  const { secretRef } = told.spec;
  const { namespace, kind } = object;
  const { noun = 'webhook', tellsLast = false } = toldKinds.get(kind) ?? {};
  return decide({
    ...{ noun, tellsLast },
    records: mergeRecords([...peers.own({ object }).items, ...state.peerRecords.of(object)]),
    held: heldOf(told),
    last: lastOf(told),
    secret: secretRef == null ? undefined : `${namespace}/${secretRef.name}`,
    silentBreak,
    hasCome: hasCome(told),
    nowMs: cluster.clock.now(),
  });
}

function carryOut(state: State, entry: Entry, told: Told, { addition, event }: Decision): void {
  const { events, statusAdditions } = state.options.cluster;
  const { kind, namespace, name } = entry.object;
  entry.addition = addition;
  entry.calmUntilMs = 0;
  const { apiVersion = '' } = toldKinds.get(kind) ?? {};
  if (event !== undefined) events.record(regarding({ apiVersion, kind }, told.metadata), event);
  statusAdditions.request(kind, `${namespace}/${name}`);
}

/** What is not refused changes nothing of an object that receives, until its last delivery is old. */
function calm(state: State, entry: Entry, told: Told): void {
  const { clock } = state.options.cluster;
  const { noun = 'webhook' } = toldKinds.get(entry.object.kind) ?? {};
  if (heldOf(told)?.message !== acceptedMessage(noun)) return;
  const lastMs = Date.parse(lastOf(told)?.time ?? '');
  const ageMs = Number.isNaN(lastMs) ? 0 : clock.now() - lastMs;
  entry.calmUntilMs = clock.elapsedMs() + Math.max(0, CALM_MS - ageMs);
}

/** Of the owner of the status, as it is about to write it. */
function provide(state: State, kind: string, told: Told): StatusAddition | undefined {
  const { cluster, config, journal } = state.options;
  if (!journal.enabled) return { removed: ['Delivering'] };
  // It keeps what it had.
  if (told.spec.suspend === true) return undefined;
  const { namespace, name } = told.metadata;
  const object = { kind, namespace, name };
  const entry = state.entries.get(objectKey(object));
  if (entry?.addition !== undefined) {
    if (!isWritten(entry.addition, told)) return entry.addition;
    entry.addition = undefined;
    entry.nextLookMs = cluster.clock.elapsedMs() + config.deliveryStatusIntervalMs;
  }
  if (heldOf(told) !== undefined) return undefined;
  // The first write of its status says at once that nothing has come.
  const decision = decideFor(state, entry ?? newEntry(object), told);
  if (decision?.breaks !== true) return decision?.addition;
  // That is worth an Event, too.
  mark(state, entryOf(state, object));
  return undefined;
}

function objectOf({ options }: State, { kind, namespace, name }: ObjectRef): Told | undefined {
  return options.cluster.objects(kind)?.get(`${namespace}/${name}`) as Told | undefined;
}
