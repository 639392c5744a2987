/**
 * Makes up for webhooks that nobody could receive: after an absence of all replicas the leader annotates the targets of
 * every Receiver once, and after a fault of a Receiver the replica that refused its webhooks those of this one (contract
 * of deliveries, *Catch-up*).
 */
import { Counter, type Registry } from 'prom-client';
import { messageOf } from '../../api/message-of.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../../api/receiver/receiver.ts';
import { regarding } from '../../kube/events/regarding.ts';
import type { LeaseBefore } from '../../kube/leader/lease.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Cluster } from '../../platform/cluster.ts';
import type { Notifying } from '../../receivers/notifying.ts';
import type { Part } from '../part.ts';
import type { Journal } from '../records/journal.ts';
import { createTargetOutcomes, type TargetOutcomes } from '../records/target-outcomes.ts';
import { formatGap, GAP_ANNOTATION, type Gap, gapOf, joinGaps, parseGap } from './gap.ts';
import { createMissedWebhooks } from './missed-webhooks.ts';
import { noteGap } from './note-gap.ts';

export interface CatchUpOptions {
  readonly cluster: Pick<Cluster, 'clock' | 'events' | 'leader' | 'log' | 'replicaEvents' | 'servingSinceMs'>;
  readonly notifying: Pick<Notifying, 'catchUp' | 'messages' | 'routes' | 'watch'>;
  readonly journal: Journal;
  readonly registry: Registry;
  /** Of the Lease. */
  readonly namespace: string;
  /** 0: nothing is made up for. */
  readonly afterMs: number;
  /** Targets a second. */
  readonly rate: number;
  /** Since when each replica serves that is there now, in ms since 1970. */
  readonly servingSinceMs: () => Promise<readonly number[]>;
}

type Cause = 'absence' | 'receiver';
type CatchUpRun = Parameters<Notifying['catchUp']>[1];

interface State {
  readonly options: CatchUpOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly total: Counter<'cause'>;
  /** When the next target may be annotated, by `elapsedMs`. */
  nextMs: number;
  /** One after the other, so that the rate is one. */
  working: Promise<void>;
  stopped: boolean;
}

const LOOK_MS = 250;
const RETRY_MS = 2_000;

export function createCatchUp(options: CatchUpOptions): Part {
  const { cluster, notifying, journal, registry } = options;
  const total = new Counter({
    name: 'sluice_catch_up_total',
    help: 'Targets that were annotated for webhooks that could not be received, by what kept them from it',
    labelNames: ['cause'],
    registers: [registry],
  });
  const { clock, log } = cluster;
  const state: State = { options, clock, log, total, nextMs: 0, working: Promise.resolve(), stopped: false };
  if (options.afterMs === 0) return {};
  const { routes, messages } = notifying;
  const missed = createMissedWebhooks((receiver) => {
    const route = routes.findByKey(receiver);
    return { isServed: route?.serving !== undefined, isSuspended: route?.suspended === true };
  });
  const due = (receiver: string, sinceMs: number): void =>
    later(state, () => catchUpReceiver(state, receiver, sinceMs));
  let unsubscribe = (): void => undefined;
  return {
    async start() {
      messages.onReceiver((receiver) => {
        if (missed.changed(receiver)) due(receiver, clock.now());
      });
      unsubscribe = journal.subscribe((record) => {
        const receiver = missed.recorded(record);
        // The webhook that was proved has had its own targets annotated.
        if (receiver !== undefined) due(receiver, record.atMs);
      });
    },
    lead(before) {
      if (before !== undefined) later(state, () => catchUpAbsence(state, before));
    },
    async stop() {
      state.stopped = true;
      unsubscribe();
    },
  };
}

function later(state: State, work: () => Promise<void>): void {
  state.working = state.working.then(work).catch((error: unknown) => {
    if (!state.stopped) state.log.error({ error: messageOf(error) }, 'catching up failed');
  });
}

async function catchUpAbsence(state: State, before: LeaseBefore): Promise<void> {
  const { cluster, notifying, namespace, afterMs, servingSinceMs } = state.options;
  const { leader } = cluster;
  const goesOn = () => leader.leads && !state.stopped;
  while (goesOn() && cluster.servingSinceMs === undefined) await sleep(state, LOOK_MS);
  const noted = parseGap(before.annotations[GAP_ANNOTATION], state.clock.now());
  const gap = joinGaps(noted, gapOf(before.renewedMs, await servingSinceMs(), afterMs));
  if (gap === undefined || !goesOn()) return;
  state.log.info({ gap: formatGap(gap) }, 'no replica has served webhooks for a while: annotating all targets');
  const run = runOf(state, gap.toMs, goesOn);
  if (noted === undefined || formatGap(noted) !== formatGap(gap)) {
    await run.untilDone(() => noteGap(leader.client, namespace, gap));
  }
  const note = noteOf(gap);
  for (const receiver of notifying.watch.receivers?.keys() ?? []) {
    await annotate(state, { receiver, run, cause: 'absence', note });
  }
  await run.untilDone(() => noteGap(leader.client, namespace, undefined));
}

/** @param sinceMs when the Receiver could be served again. */
async function catchUpReceiver(state: State, receiver: string, sinceMs: number): Promise<void> {
  const run = runOf(state, sinceMs, () => !state.stopped);
  const note = 'webhooks were refused while the Receiver could not be served';
  await annotate(state, { receiver, run, cause: 'receiver', note });
}

function runOf(state: State, sinceMs: number, goesOn: () => boolean): CatchUpRun {
  return {
    sinceMs,
    turn: () => turn(state, goesOn),
    untilDone: (work) => untilDone(state, goesOn, work),
    done: new Set(),
  };
}

interface Annotating {
  readonly receiver: string;
  readonly run: CatchUpRun;
  readonly cause: Cause;
  readonly note: string;
}

/** While the API server is away it is tried again. */
async function untilDone<T>(state: State, goesOn: () => boolean, work: () => Promise<T>): Promise<T | undefined> {
  while (goesOn()) {
    try {
      return await work();
    } catch (error) {
      state.log.debug({ error: messageOf(error) }, 'catching up waits for the API server');
      await sleep(state, RETRY_MS);
    }
  }
  return undefined;
}

async function annotate(state: State, about: Annotating): Promise<void> {
  const { notifying } = state.options;
  const startedMs = state.clock.now();
  const account = createTargetOutcomes();
  await notifying.catchUp(about.receiver, about.run, account);
  tell(state, about, account, startedMs);
}

/** One record, one Event and the count. */
function tell(state: State, { receiver, cause, note }: Annotating, account: TargetOutcomes, atMs: number): void {
  const { cluster, notifying, journal } = state.options;
  const route = notifying.routes.findByKey(receiver);
  const [annotated = 0, coalesced = 0, , , failed = 0] = account.counts;
  const count = annotated + coalesced;
  if (route === undefined || count + failed === 0) return;
  state.total.inc({ cause }, count);
  journal.add({
    atMs,
    ms: state.clock.now() - atMs,
    bytes: 0,
    object: { kind: RECEIVER_KIND, namespace: route.namespace, name: route.name },
    type: route.type?.name ?? 'unknown',
    origin: 'catch-up',
    verdict: failed > 0 && count === 0 ? 'refused' : 'accepted',
    code: failed > 0 && count === 0 ? (account.targets[0]?.code ?? 'TargetRefused') : 'Delivered',
    targets: account.targets,
    targetCounts: account.counts,
  });
  const events = cause === 'absence' ? cluster.events : cluster.replicaEvents;
  const about = regarding({ apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND }, route);
  events.record(about, { type: 'Normal', reason: 'CatchUp', note: `${count} ${resources(count)} annotated: ${note}` });
}

function resources(count: number): string {
  return count === 1 ? 'resource was' : 'resources were';
}

function noteOf({ fromMs, toMs }: Gap): string {
  return `no replica served webhooks from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
}

/** Waits for the next turn, at the rate. */
async function turn(state: State, goesOn: () => boolean): Promise<boolean> {
  const waitMs = state.nextMs - state.clock.elapsedMs();
  if (waitMs > 0) await sleep(state, waitMs);
  state.nextMs = state.clock.elapsedMs() + 1_000 / state.options.rate;
  return goesOn();
}

function sleep({ clock }: State, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, delayMs));
}
