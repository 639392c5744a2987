/**
 * Finds out that webhooks or messages have stopped to come: a source moves by polling, time and again, to revisions that nobody
 * announced (contract of deliveries, *Silent break*). The leader does, from the records of all replicas.
 */
import { BROKER_RECEIVER_KIND } from '../../api/broker-receiver/broker-receiver.ts';
import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { TargetChange, TargetWatches } from '../../receivers/target-watches.ts';
import type { PeerAnswers } from '../peers/peers.ts';
import type { Journal } from '../records/journal.ts';
import { isSameObject } from '../records/object-ref.ts';
import type { DeliveryRecord, ObjectRef } from '../records/record.ts';
import type { RecordView } from '../records/record-view.ts';
import { hasArtifact } from './follow-state.ts';
import { createPolledMoves, type PolledMoves } from './polled-moves.ts';
import { containsRevision } from './revisions.ts';

export interface SilentBreakOptions {
  readonly watches: Pick<TargetWatches, 'subscribe'>;
  readonly journal: Pick<Journal, 'subscribe'>;
  /** The records of an object, of all replicas. */
  readonly ask: (object: ObjectRef) => Promise<PeerAnswers>;
  /** The objects whose deliveries notify a target. */
  readonly referrersOf: (target: ObjectRef, labels: Readonly<Record<string, string>>) => readonly ObjectRef[];
  readonly isLeader: () => boolean;
  /** A source moved, and nobody announced it. */
  readonly onMoved: (target: ObjectRef) => void;
  /** What is to be said of an object; undefined: nothing any more. */
  readonly tell: (object: ObjectRef, message: string | undefined) => void;
}

export interface SilentBreaks {
  /** This replica leads from now on. */
  lead(): void;
  stop(): void;
}

/** What happened to one source. */
interface Moved {
  readonly ref: string;
  readonly target: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
  readonly observed: ObservedTarget;
  readonly atMs: number;
}

interface State {
  readonly options: SilentBreakOptions;
  readonly moves: PolledMoves;
  /** How many moves in a row nobody announced, by source. */
  readonly counts: Map<string, number>;
  /** What is told, by source. */
  readonly told: Map<string, readonly ObjectRef[]>;
  /** One judgement after the other. */
  judging: Promise<void>;
  isStopped: boolean;
}

const IN_A_ROW = 3;
const WEBHOOK = { noun: 'webhook', remedy: "look at the sender's hook page" };
const MESSAGE = { noun: 'message', remedy: 'look whether the sender still publishes to the broker' };

/** @param now the wall clock, in ms. */
export function startSilentBreaks(options: SilentBreakOptions, now: () => number): SilentBreaks {
  const state: State = {
    options,
    moves: createPolledMoves(),
    counts: new Map(),
    told: new Map(),
    judging: Promise.resolve(),
    isStopped: false,
  };
  options.watches.subscribe((change) => changed(state, change, now));
  const unsubscribe = options.journal.subscribe((record) => delivered(state, record));
  return {
    lead() {
      state.counts.clear();
      state.told.clear();
    },
    stop() {
      state.isStopped = true;
      unsubscribe();
    },
  };
}

function changed(state: State, { kind, event }: TargetChange, now: () => number): void {
  if (event === undefined || !hasArtifact(kind)) return;
  const ref = `${kind}/${event.key}`;
  if (event.type === 'deleted') {
    state.moves.forget(ref);
    clear(state, ref);
  }
  const { observed } = event.object;
  const before = event.type === 'updated' ? event.previous?.observed : undefined;
  if (observed === undefined || before === undefined) return;
  const judged = state.moves.judge(ref, before, observed);
  if (judged === undefined || !state.options.isLeader()) return;
  const { namespace = '', name, labels = {} } = event.object.metadata;
  const moved: Moved = { ref, target: { kind, namespace, name }, labels, observed, atMs: now() };
  if (judged === 'polled') later(state, () => judgeMove(state, moved));
  else if (state.counts.has(ref)) later(state, () => judgeRequest(state, moved));
}

/** Each asks other replicas, so they wait for each other. */
function later(state: State, judge: () => Promise<void>): void {
  state.judging = state.judging.then(async () => {
    if (!state.isStopped && state.options.isLeader()) await judge();
  });
}

async function judgeMove(state: State, { ref, target, labels, observed, atMs }: Moved): Promise<void> {
  const { options, counts, told } = state;
  const objects = options.referrersOf(target, labels);
  if (objects.length === 0) return;
  const answers = await Promise.all(objects.map(options.ask));
  if (answers.some((answer) => !isWhole(answer, atMs))) return;
  const records = answers.flatMap(({ items }) => items).filter(isAccepted);
  if (records.some(({ announced }) => containsRevision(observed.revision, announced?.revision))) {
    clear(state, ref);
    return;
  }
  options.onMoved(target);
  const count = (counts.get(ref) ?? 0) + 1;
  counts.set(ref, count);
  if (count < IN_A_ROW) return;
  told.set(ref, objects);
  for (const [index, object] of objects.entries()) {
    const accepted = answers[index]?.items.filter(isAccepted) ?? [];
    options.tell(object, messageOf(object, { target, count, accepted }));
  }
}

/** Somebody annotated the source: a delivery of another replica clears it, and nothing else does. */
async function judgeRequest(state: State, { ref, target, labels, observed }: Moved): Promise<void> {
  const answers = await Promise.all(state.options.referrersOf(target, labels).map(state.options.ask));
  const isDelivered = answers.some(({ items }) =>
    items.some(
      (record) =>
        isAccepted(record) &&
        record.targets.some((result) => result.ref === ref && result.requestedAt === observed.requestedAt),
    ),
  );
  if (isDelivered) clear(state, ref);
  // The moves are no longer in a row of those that nobody asked for.
  else if (!state.told.has(ref)) state.counts.delete(ref);
}

/** Whether all replicas have answered, and had begun to record before a moment. */
function isWhole({ partial, recordingSince }: PeerAnswers, atMs: number): boolean {
  return partial.length === 0 && Object.values(recordingSince).every((since) => Date.parse(since) <= atMs);
}

/** What a sender sent. */
function isAccepted({ verdict, origin }: Pick<RecordView, 'verdict' | 'origin'>): boolean {
  return (verdict === 'accepted' || verdict === 'pending') && (origin === 'http' || origin === 'broker');
}

/** On the way of each delivery: mostly there is nothing to clear. */
function delivered(state: State, record: DeliveryRecord): void {
  if (state.counts.size === 0 || !isAccepted(record)) return;
  for (const { ref, requestedAt } of record.targets ?? []) if (requestedAt !== undefined) clear(state, ref);
}

function clear({ options, counts, told }: State, ref: string): void {
  if (!counts.delete(ref)) return;
  const objects = told.get(ref) ?? [];
  told.delete(ref);
  const others = [...told.values()].flat();
  for (const object of objects)
    if (!others.some((other) => isSameObject(other, object))) options.tell(object, undefined);
}

interface Told {
  readonly target: ObjectRef;
  /** How many moves in a row. */
  readonly count: number;
  /** The deliveries of the object that were not refused. */
  readonly accepted: readonly RecordView[];
}

function messageOf(object: ObjectRef, { target: { kind, namespace, name }, count, accepted }: Told): string {
  const [newest] = accepted
    .map(({ lastAt }) => lastAt)
    .toSorted()
    .reverse();
  const what = kind === 'GitRepository' ? 'commits' : 'revisions';
  const { noun, remedy } = object.kind === BROKER_RECEIVER_KIND ? MESSAGE : WEBHOOK;
  const last = newest === undefined ? `no ${noun} is known` : `last ${noun} ${newest.slice(0, 19)}Z`;
  return `${count} ${what} of ${kind} ${namespace}/${name} were found by polling; ${last}; ${remedy}`;
}
