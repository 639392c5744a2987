/** Tells the record of a delivery what becomes of each target, as it is decided. */
import { RequestError } from '../api/errors.ts';
import {
  addFiltered,
  addTarget,
  dropPending,
  settleTarget,
  type TargetOutcomes,
} from '../deliveries/records/target-outcomes.ts';
import type { UnnamedTargets } from '../deliveries/records/unnamed-targets.ts';
import type { Applied, Away, Patched, Target } from './annotator.ts';
import type { Settled } from './pending.ts';
import type { TargetEntry } from './target-entry.ts';

/** Undefined where nobody keeps account. */
export type Account = TargetOutcomes | undefined;

/** The filters leave the target out. */
export function accountFiltered(account: Account, target: Target): void {
  if (account !== undefined) addTarget(account, target, 'filtered');
}

/** The filters leave all of these out. */
export function accountOthers(account: Account, others: UnnamedTargets): void {
  if (account !== undefined) addFiltered(account, others);
}

/** A target, or a whole entry, cannot be annotated. */
export function accountFailed(account: Account, target: Target | TargetEntry, error: unknown): void {
  if (account !== undefined) addTarget(account, target, 'failed', { code: codeOf(error) });
}

/** A whole entry that is kept, because its targets are not known. */
export interface KeptSelection {
  readonly settled: Promise<Settled>;
  /** What was annotated of them by then, by name. */
  readonly applied: ReadonlyMap<string, Patched>;
  /** Why it was dropped, where that is known. */
  failure(): RequestError | undefined;
}

/** Its targets are listed once they are known; until then it stands for them. */
export function accountKept(account: Account, entry: TargetEntry, { settled, applied, failure }: KeptSelection): void {
  if (account === undefined) return;
  const result = addTarget(account, entry, 'pending');
  void settled.then((outcome) => {
    if (outcome !== 'done') settleTarget(account, result, 'failed', { code: failure()?.code ?? codeOfEnd(outcome) });
    else if (applied.size === 0 && entry.name !== '*') settleTarget(account, result, 'filtered');
    else dropPending(account, result);
    for (const [name, patched] of applied) {
      addTarget(account, { ...entry, name }, outcomeOf(patched), { requestedAt: patched.requestedAt });
    }
  });
}

/** @throws what `asked` does. */
export async function accountApplied<T extends Applied | Away>(
  account: Account,
  target: Target,
  asked: Promise<T>,
): Promise<T> {
  try {
    const applied = await asked;
    if (account === undefined) return applied;
    if ('settled' in applied) pendingUntil(account, target, applied.settled, () => applied.requestedAt());
    else if ('away' in applied) addTarget(account, target, 'pending');
    else addTarget(account, target, outcomeOf(applied), { requestedAt: applied.requestedAt });
    return applied;
  } catch (error) {
    accountFailed(account, target, error);
    throw error;
  }
}

function outcomeOf({ coalesced }: Patched): 'annotated' | 'coalesced' {
  return coalesced ? 'coalesced' : 'annotated';
}

function pendingUntil(
  account: TargetOutcomes,
  target: Target,
  settled: Promise<Settled>,
  requestedAt: () => string | undefined,
): void {
  const result = addTarget(account, target, 'pending');
  void settled.then((outcome) => {
    if (outcome === 'done') settleTarget(account, result, 'annotated', { requestedAt: requestedAt() });
    else settleTarget(account, result, 'failed', { code: codeOfEnd(outcome) });
  });
}

function codeOfEnd(outcome: Exclude<Settled, 'done'>): string {
  return outcome === 'gone' ? 'TargetNotFound' : 'PendingFull';
}

function codeOf(error: unknown): string {
  return error instanceof RequestError ? error.code : 'TargetRefused';
}
