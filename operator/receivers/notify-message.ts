/**
 * Notifies targets of what a broker's message says. The broker keeps the message until its effect is there, so nothing is
 * kept here: each attempt selects, filters and annotates, and ends with what becomes of the message.
 */
import { errorTable, type MessageOutcome, RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { ApiError } from '../kube/api-error.ts';
import { annotateAll } from './annotate-all.ts';
import { type FilterInput, passes, type Selection, selectTargets, sortByName } from './choose.ts';
import type { CompiledTargets } from './compile-targets.ts';
import type { Gatherer } from './gather.ts';
import { isAway } from './is-away.ts';
import type { SelectedTarget, SelectedTargets } from './selected-targets.ts';
import { type Account, accountApplied, accountFailed, accountFiltered, accountOthers } from './target-account.ts';
import type { TargetEntry } from './target-entry.ts';

/** What one attempt at a message came to. */
export type Outcome =
  /** `targets`: how many the filters left, each annotated by a PATCH that began after the call. */
  | { readonly outcome: 'done'; readonly targets: number }
  /** `code`: of the error table, or `ApiServerAway`; `message`: for logs, never what was sent. */
  | { readonly outcome: Exclude<MessageOutcome, 'done'>; readonly code: string; readonly message: string };

export interface MessageNotification {
  /** The object whose targets they are. */
  readonly namespace: string;
  readonly targets: Pick<CompiledTargets, 'filtered' | 'filter' | 'entries'>;
  /** Undefined: there is no filter. */
  readonly input: FilterInput | undefined;
  /** Called for each entry that could not be notified. */
  readonly onFailed?: (entry: TargetEntry, error: unknown) => void;
  /** Told of each target; of a message with several events it is the same for all. */
  readonly account?: Account | undefined;
}

export interface MessageNotifierOptions extends Selection {
  readonly gatherer: Gatherer;
}

/** From the worst to the best. */
const SEVERITY: readonly MessageOutcome[] = ['away', 'failing', 'poison', 'done'];

/** Does all that can be done, also where something cannot. Never throws. */
export async function notifyMessage(
  options: MessageNotifierOptions,
  notification: MessageNotification,
): Promise<Outcome> {
  const entries = notification.targets.entries.map((entry) => notifyEntry(options, notification, entry));
  return worstOutcome(await Promise.all(entries));
}

/** Of several events of one message; all done, their targets are summed. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  const worst = SEVERITY.map((each) => outcomes.find(({ outcome }) => outcome === each)).find((found) => found);
  if (worst !== undefined && worst.outcome !== 'done') return worst;
  const targets = outcomes.reduce((sum, each) => sum + (each.outcome === 'done' ? each.targets : 0), 0);
  return { outcome: 'done', targets };
}

/** What becomes of a message that ended with this error. */
export function outcomeOf(error: unknown): Outcome {
  const message = messageOf(error);
  if (isAway(error) || isServerFault(error)) return { outcome: 'away', code: 'ApiServerAway', message };
  const code =
    error instanceof RequestError ? error.code : error instanceof ApiError ? 'TargetRefused' : 'InternalError';
  const { outcome = 'failing' } = errorTable[code];
  return outcome === 'done' ? { outcome, targets: 0 } : { outcome, code, message };
}

/** Nobody waits for an answer, so that no fault of the API server's own has to be taken for a refusal. */
function isServerFault(error: unknown): boolean {
  if (error instanceof RequestError && error.code === 'TargetRefused') return isServerFault(error.cause);
  return error instanceof ApiError && error.httpStatus >= 500;
}

async function notifyEntry(
  options: MessageNotifierOptions,
  notification: MessageNotification,
  entry: TargetEntry,
): Promise<Outcome> {
  const failed = (error: unknown): Outcome => {
    const outcome = outcomeOf(error);
    if (outcome.outcome !== 'away') notification.onFailed?.(entry, error);
    return outcome;
  };
  try {
    const found = await select(options, notification, entry);
    const { chosen, error } = choose(notification, entry, found);
    const { away, errors } = await annotateAll(chosen, (target) =>
      accountApplied(notification.account, target, options.gatherer.annotate(target)),
    );
    if (away !== undefined) return { outcome: 'away', code: 'ApiServerAway', message: away.away };
    const failures = error === undefined ? errors : [...errors, error];
    return failures.length === 0 ? { outcome: 'done', targets: chosen.length } : worstOutcome(failures.map(failed));
  } catch (error) {
    return failed(error);
  }
}

async function select(
  options: MessageNotifierOptions,
  { namespace, account }: MessageNotification,
  entry: TargetEntry,
): Promise<SelectedTargets> {
  try {
    return await selectTargets(options, namespace, entry, 'message');
  } catch (error) {
    accountFailed(account, entry, error);
    throw error;
  }
}

/** A filter that fails for one object keeps no other from being annotated. */
function choose(
  { targets, input, account }: MessageNotification,
  entry: TargetEntry,
  found: SelectedTargets,
): { readonly chosen: readonly SelectedTarget[]; readonly error: unknown } {
  let failure: unknown;
  const { candidates, others } = sortByName(targets, input, entry, found);
  accountOthers(account, others);
  const chosen = candidates.filter((target) => {
    try {
      if (passes(targets, input, entry, target)) return true;
      accountFiltered(account, target);
    } catch (error) {
      failure ??= error;
      accountFailed(account, target, error);
    }
    return false;
  });
  return { chosen, error: failure };
}
