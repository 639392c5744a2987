/**
 * Notifies the targets of a Receiver of what a genuine request says: selects them, runs the filters, has each annotated or
 * kept pending until it is, and reports what cannot be. `notify-message.ts` is its twin for what a broker holds.
 */

import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { Clock } from '../observe/clock.ts';
import { annotateAll } from './annotate-all.ts';
import type { Annotator, Away, Patched } from './annotator.ts';
import { entryLabel, type FilterInput, passes, selectTargets, sortByName } from './choose.ts';
import { isAway } from './is-away.ts';
import type { Attempt, Kept, Pending, Settled } from './pending.ts';
import type { Route, Serving } from './route.ts';
import type { SelectedTarget } from './selected-targets.ts';
import {
  type Account,
  accountApplied,
  accountFailed,
  accountFiltered,
  accountKept,
  accountOthers,
} from './target-account.ts';
import type { TargetEntry } from './target-entry.ts';
import type { TargetReports } from './target-reports.ts';
import type { Targets } from './targets.ts';

/** A genuine request, and what its targets are chosen by. */
export interface Notification {
  readonly route: Route;
  readonly serving: Serving;
  /** Undefined: there is no filter. */
  readonly input: FilterInput | undefined;
  /** What keeping it costs, in bytes. */
  readonly bytes: number;
  /** When the request came, by `nowMs`: its sender has its answer within 5 s. */
  readonly startedMs: number;
  /** Of a request with several events: what those before have done, to which this one adds. */
  readonly batch?: Batch | undefined;
  /** Told of each target; of a request with several events it is the same for all. */
  readonly account?: Account | undefined;
}

/** What need not be done again for another event of the same request. */
export interface Batch {
  /** Targets that are annotated already, by a PATCH that began after the request came. */
  readonly annotated: Set<string>;
  /** Entries whose failure is reported. */
  readonly reported: Set<TargetEntry>;
}

export interface Notified {
  /** How many targets the filters left. */
  readonly targets: number;
  /** `pending`: some are kept until they are annotated. */
  readonly status: 'applied' | 'pending';
  /**
   * Done when every target is annotated: the moment at which a message may be acknowledged.
   * @throws RequestError TargetNotFound where a target that was kept is gone, PendingFull where the process ended first;
   * what `notify` throws, where the targets could be selected only later.
   */
  whenApplied(): Promise<void>;
}

export interface Notifier {
  /**
   * Does all that can be done, also where something cannot; then throws the first failure.
   * @throws RequestError FilterFailed, TargetInvalid, TargetNotFound, TargetForbidden, TargetRefused, PendingFull
   */
  notify(notification: Notification): Promise<Notified>;
  /** A clock that never jumps, in ms. */
  nowMs(): number;
}

export interface NotifierOptions {
  readonly targets: Pick<Targets, 'select'>;
  readonly annotator: Annotator;
  readonly pending: Pending;
  readonly reports: TargetReports;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
  readonly clock: Clock;
}

/** What is kept for one entry. */
interface KeptEntry extends Kept {
  /** Why it was dropped, where that is known. */
  readonly failure?: () => RequestError | undefined;
}

type Answer = Patched | KeptEntry;

/** A sender has its answer within 5 s. */
const ANSWER_WITHIN_MS = 4_500;

export function createNotifier(options: NotifierOptions): Notifier {
  const { clock } = options;
  return {
    notify: (notification) => notify(options, notification),
    nowMs: () => clock.elapsedMs(),
  };
}

/** A notification under way. */
interface Run extends Notification {
  /** Let go of when the last filter has run: it is large, and the API server takes its time. */
  input: FilterInput | undefined;
  /** Entries whose filters have not all run. */
  undecided: number;
}

/** Not async: its frame would hold the input as long as it waits. */
function notify(options: NotifierOptions, notification: Notification): Promise<Notified> {
  return settle(options, { ...notification, undecided: notification.serving.entries.length });
}

async function settle(options: NotifierOptions, run: Run): Promise<Notified> {
  try {
    const entries = run.serving.entries.map((entry) => notifyEntry(options, run, entry));
    const answers = (await settleAll(entries)).flat();
    const kept = answers.filter((answer) => 'settled' in answer);
    const status = kept.length === 0 ? 'applied' : 'pending';
    return { targets: answers.length, status, whenApplied: () => whenApplied(kept) };
  } catch (error) {
    throw error instanceof RequestError ? error : new RequestError('TargetRefused', messageOf(error), { cause: error });
  }
}

async function notifyEntry(options: NotifierOptions, run: Run, entry: TargetEntry): Promise<readonly Answer[]> {
  try {
    return (await settleAll(await decide(options, run, entry))).flat();
  } catch (error) {
    if (run.batch?.reported.has(entry) !== true) options.reports.failed(run.route, entry, error);
    run.batch?.reported.add(entry);
    throw error;
  }
}

/** Runs the entry's filters, and has the targets that they leave annotated; the promises are those of their answers. */
async function decide(
  options: NotifierOptions,
  run: Run,
  entry: TargetEntry,
): Promise<readonly Promise<readonly Answer[]>[]> {
  try {
    const found = await selectTargets(options, run.route.namespace, entry, 'sender');
    const elapsedMs = options.clock.elapsedMs() - run.startedMs;
    const waitMs = Math.max(ANSWER_WITHIN_MS - elapsedMs, 0);
    const { candidates, others } = sortByName(run.serving, run.input, entry, found);
    accountOthers(run.account, others);
    return candidates.map(async (target) => {
      if (!isWanted(run, entry, target)) return [];
      return [await accountApplied(run.account, target, options.annotator.request(target, waitMs))];
    });
  } catch (error) {
    if (isAway(error)) return [Promise.resolve([keepSelection(options, { ...run }, entry)])];
    accountFailed(run.account, entry, error);
    throw error;
  } finally {
    run.undecided -= 1;
    if (run.undecided === 0) run.input = undefined;
  }
}

/** Whether the filters hold for a target that no event of the same request has had annotated before. */
function isWanted(run: Run, entry: TargetEntry, target: SelectedTarget): boolean {
  try {
    if (passes(run.serving, run.input, entry, target)) return isNext(run, target);
  } catch (error) {
    accountFailed(run.account, target, error);
    throw error;
  }
  accountFiltered(run.account, target);
  return false;
}

/** Whether no event of the same request has had this target annotated before. */
function isNext({ batch }: Run, { type, namespace, name }: SelectedTarget): boolean {
  if (batch === undefined) return true;
  const key = `${type.apiVersion}/${type.plural}/${namespace}/${name}`;
  if (batch.annotated.has(key)) return false;
  batch.annotated.add(key);
  return true;
}

/**
 * The API server was away before it was known which objects the entry means: the whole request is kept, and annotates
 * them by itself, so that however many they are it needs no more room.
 */
function keepSelection(options: NotifierOptions, notification: Notification, entry: TargetEntry): KeptEntry {
  const { annotator, pending, reports } = options;
  const applied = new Map<string, Patched>();
  let failure: RequestError | undefined;
  const annotate = async (target: SelectedTarget): Promise<Patched | Away> => {
    const known = applied.get(target.name);
    if (known !== undefined) return known;
    const answer = await annotator.annotate(target);
    if ('requestedAt' in answer) applied.set(target.name, answer);
    return answer;
  };
  const attempt = async (): Promise<Attempt> => {
    try {
      const { away, errors } = await annotateAll(await selectAgain(options, notification, entry), annotate);
      if (errors.length > 0) throw errors.find(isRefused) ?? errors[0];
      return away === undefined ? 'done' : 'away';
    } catch (error) {
      if (isAway(error)) return 'away';
      reports.failed(notification.route, entry, error);
      if (!(error instanceof RequestError) || isRefused(error)) return 'refused';
      failure = error;
      return 'gone';
    }
  };
  const selection = pending.keep({ label: entryLabel(entry), bytes: notification.bytes, attempt }, 'away');
  if (selection === undefined) throw new RequestError('PendingFull');
  const kept = { settled: selection.settled, applied, failure: () => failure };
  accountKept(notification.account, entry, kept);
  return kept;
}

function isRefused(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'TargetRefused';
}

async function selectAgain(
  options: NotifierOptions,
  { route, serving, input }: Notification,
  entry: TargetEntry,
): Promise<readonly SelectedTarget[]> {
  const found = await selectTargets(options, route.namespace, entry, 'sender');
  const { candidates } = sortByName(serving, input, entry, found);
  return candidates.filter((target) => passes(serving, input, entry, target));
}

/** Of several the worst. */
async function settledOf(kept: readonly Kept[]): Promise<Settled> {
  const outcomes = await Promise.all(kept.map(({ settled }) => settled));
  return outcomes.find((outcome) => outcome !== 'done') ?? 'done';
}

async function whenApplied(kept: readonly KeptEntry[]): Promise<void> {
  const outcome = await settledOf(kept);
  if (outcome === 'gone') {
    const known = kept.map(({ failure }) => failure?.()).find((failure) => failure !== undefined);
    throw known ?? new RequestError('TargetNotFound', 'a target was deleted while it was pending');
  }
  if (outcome === 'abandoned') throw new RequestError('PendingFull', 'the process ended while a target was pending');
}

/** Waits for all, so that one failure keeps nothing else from being done; then throws, for want of room first of all. */
async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (errors.length > 0) throw errors.find(isPendingFull) ?? errors[0];
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function isPendingFull(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'PendingFull';
}
