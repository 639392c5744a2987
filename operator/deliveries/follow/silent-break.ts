/**
 * Finds out that webhooks or messages have stopped to come: a source moves by polling, time and again, to revisions that nobody
 * announced (contract of deliveries, *Silent break*). The leader does, from the records of all replicas.
 */
import { BROKER_RECEIVER_KIND } from '../../api/broker-receiver/broker-receiver.ts';
import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { TargetChange, TargetWatches } from '../../receivers/target-watches.ts';
import type { PeerAnswers } from '../peers/peers.ts';
import type { Journal } from '../records/journal.ts';
import type { ObjectRef } from '../records/record.ts';
import type { RecordView } from '../records/record-view.ts';
import { hasArtifact } from './follow-state.ts';
import { createPolledMoves, type PolledMoves } from './polled-moves.ts';
import { containsRevision } from './revisions.ts';
import { createSilentRows, isAccepted, type SilentRows } from './silent-rows.ts';

export interface SilentBreakOptions {
  readonly watches: Pick<TargetWatches, 'subscribe'>;
  readonly journal: Pick<Journal, 'subscribe'>;
  /** The listener gets what other replicas record, as the leader hears of it. */
  readonly onPeerRecord: (listener: (record: RecordView) => void) => void;
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
  readonly rows: SilentRows;
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
    rows: createSilentRows(options.tell),
    judging: Promise.resolve(),
    isStopped: false,
  };
  options.watches.subscribe((change) => changed(state, change, now));
  const unsubscribe = options.journal.subscribe((record) => state.rows.delivered(record, record.lastAtMs));
  options.onPeerRecord((record) => state.rows.delivered(record, Date.parse(record.lastAt)));
  return {
    lead: state.rows.forget,
    stop() {
      state.isStopped = true;
      unsubscribe();
    },
  };
}

function changed(state: State, { apiVersion, kind, event }: TargetChange, now: () => number): void {
  if (event === undefined || !hasArtifact(kind)) return;
  const ref = `${kind}/${event.key}`;
  // A kind may be watched in two versions.
  const watched = `${apiVersion} ${ref}`;
  if (event.type === 'deleted') {
    state.moves.forget(watched);
    state.rows.clear(ref);
  }
  const { observed } = event.object;
  const before = event.type === 'updated' ? event.previous?.observed : undefined;
  if (observed === undefined || before === undefined) return;
  const judged = state.moves.judge(watched, before, observed);
  if (judged === undefined || !state.options.isLeader()) return;
  const { namespace = '', name, labels = {} } = event.object.metadata;
  const moved: Moved = { ref, target: { kind, namespace, name }, labels, observed, atMs: now() };
  if (judged === 'polled') later(state, () => judgeMove(state, moved));
  else later(state, () => judgeRequest(state, moved));
}

/** Each asks other replicas, so they wait for each other. */
function later(state: State, judge: () => Promise<void>): void {
  state.judging = state.judging.then(async () => {
    if (!state.isStopped && state.options.isLeader()) await judge();
  });
}

async function judgeMove({ options, rows }: State, { ref, target, labels, observed, atMs }: Moved): Promise<void> {
  const { revision } = observed;
  if (rows.of(ref)?.revision === revision) return;
  const objects = options.referrersOf(target, labels);
  if (objects.length === 0) {
    rows.clear(ref);
    return;
  }
  const answers = await Promise.all(objects.map(options.ask));
  if (answers.some((answer) => !isWhole(answer, atMs))) return;
  const accepted = answers.map(({ items }) => items.filter(isAccepted));
  const all = accepted.flat();
  if (all.some(({ announced }) => containsRevision(revision, announced?.revision))) {
    rows.clear(ref);
    return;
  }
  for (const record of all) rows.delivered(record, Date.parse(record.lastAt));
  options.onMoved(target);
  const { count: before, sinceMs } = rows.of(ref) ?? { count: 0, sinceMs: atMs };
  const count = before + 1;
  const told = objects.map((object, index) => {
    const message = messageOf(object, { target, count, accepted: accepted[index] ?? [] });
    return { object, message };
  });
  rows.set(ref, { count, sinceMs, revision, told: count < IN_A_ROW ? [] : told });
}

/** Somebody annotated the source: a delivery of another replica clears it, and nothing else does. */
async function judgeRequest({ options, rows }: State, { ref, target, labels, observed }: Moved): Promise<void> {
  const row = rows.of(ref);
  if (row === undefined) return;
  const answers = await Promise.all(options.referrersOf(target, labels).map(options.ask));
  const isDelivered = answers.some(({ items }) =>
    items.some(
      (record) =>
        isAccepted(record) &&
        record.targets.some((result) => result.ref === ref && result.requestedAt === observed.requestedAt),
    ),
  );
  // Where it is not told, the moves are no longer in a row of those that nobody asked for.
  if (isDelivered || row.told.length === 0) rows.clear(ref);
}

/** Whether all replicas have answered, and had begun to record before a moment. */
function isWhole({ partial, recordingSince }: PeerAnswers, atMs: number): boolean {
  return partial.length === 0 && Object.values(recordingSince).every((since) => Date.parse(since) <= atMs);
}

interface Missed {
  readonly target: ObjectRef;
  /** How many moves in a row. */
  readonly count: number;
  /** The deliveries of the object that were not refused. */
  readonly accepted: readonly RecordView[];
}

function messageOf(object: ObjectRef, { target: { kind, namespace, name }, count, accepted }: Missed): string {
  const [newest] = accepted
    .map(({ lastAt }) => lastAt)
    .toSorted()
    .reverse();
  const what = kind === 'GitRepository' ? 'commits' : 'revisions';
  const { noun, remedy } = object.kind === BROKER_RECEIVER_KIND ? MESSAGE : WEBHOOK;
  const last = newest === undefined ? `no ${noun} is known` : `last ${noun} ${newest.slice(0, 19)}Z`;
  return `${count} ${what} of ${kind} ${namespace}/${name} were found by polling; ${last}; ${remedy}`;
}
