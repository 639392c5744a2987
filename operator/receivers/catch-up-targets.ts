/**
 * Annotates the targets of a Receiver for webhooks that nobody received: those that the filters may leave, as far as they
 * can be asked without a webhook. A suspended target is left alone, and so is one that was annotated since.
 */
import type { Program } from '../../cel/cel.ts';
import { REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import { addTarget, type TargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import { ConnectionError } from '../kube/api-error.ts';
import type { KubeClient, KubeObject } from '../kube/kube-client.ts';
import { resourcePath } from '../kube/resource-path.ts';
import type { Annotator } from './annotator.ts';
import { entryLabel, passes, type Selection, selectTargets } from './choose.ts';
import { isAway } from './is-away.ts';
import type { Serving } from './route.ts';
import type { RouteTable } from './routes.ts';
import type { SelectedTarget } from './selected-targets.ts';
import { accountFailed, accountFiltered } from './target-account.ts';
import type { TargetEntry } from './target-entry.ts';

/** What one run over several Receivers has in common. */
export interface CatchUpRun {
  /** Targets that were annotated after this moment need nothing, in ms since 1970. */
  readonly sinceMs: number;
  /** Waits until the next target may be annotated; false: the run is over. */
  readonly turn: () => Promise<boolean>;
  /** Does the work, again and again while the API server is away; undefined: the run is over. */
  readonly untilDone: <T>(work: () => Promise<T>) => Promise<T | undefined>;
  /** Targets of the Receivers before. */
  readonly done: Set<string>;
}

export interface CatchUpTargetsOptions extends Selection {
  readonly client: KubeClient;
  readonly annotator: Pick<Annotator, 'annotate'>;
  readonly routes: Pick<RouteTable, 'findByKey'>;
}

interface TargetObject extends KubeObject {
  readonly spec?: { readonly suspend?: unknown };
}

/**
 * @param key `namespace/name` of the Receiver.
 * @param account what becomes of the targets is added to it.
 */
export async function catchUpTargets(
  options: CatchUpTargetsOptions,
  key: string,
  run: CatchUpRun,
  account: TargetOutcomes,
): Promise<void> {
  const route = options.routes.findByKey(key);
  if (route?.serving === undefined) return;
  const serving = withoutRequestFilters(route.serving);
  for (const entry of serving.entries) {
    const found = await run.untilDone(() => selected(options, { namespace: route.namespace, entry, account }));
    for (const target of found ?? []) {
      const name = entryLabel(target);
      if (!isLeft(serving, entry, { target, account }) || run.done.has(name)) continue;
      if (!(await run.turn())) return;
      await run.untilDone(() => annotate(options, target, { account, sinceMs: run.sinceMs }));
      run.done.add(name);
    }
  }
}

interface Selecting {
  readonly namespace: string;
  readonly entry: TargetEntry;
  readonly account: TargetOutcomes;
}

/** What cannot be found is told as a failure; the rest of the Receiver is annotated all the same. */
async function selected(
  options: CatchUpTargetsOptions,
  { namespace, entry, account }: Selecting,
): Promise<Iterable<SelectedTarget>> {
  try {
    return await selectTargets(options, namespace, entry, 'sender');
  } catch (error) {
    if (isAway(error)) throw error;
    accountFailed(account, entry, error);
    return [];
  }
}

/** Whether the filters leave a target; of one where they fail no other one depends. */
function isLeft(
  serving: Pick<Serving, 'filtered' | 'filter'>,
  entry: TargetEntry,
  { target, account }: { readonly target: SelectedTarget; readonly account: TargetOutcomes },
): boolean {
  try {
    if (passes(serving, { req: {} }, entry, target)) return true;
    accountFiltered(account, target);
  } catch (error) {
    accountFailed(account, target, error);
  }
  return false;
}

async function annotate(
  options: CatchUpTargetsOptions,
  target: SelectedTarget,
  { account, sinceMs }: { readonly account: TargetOutcomes; readonly sinceMs: number },
): Promise<void> {
  try {
    const path = resourcePath(target.type, target);
    const object = await options.client.request<TargetObject>({ method: 'GET', path, background: true });
    const requestedMs = Date.parse(object.metadata.annotations?.[REQUESTED_AT_ANNOTATION] ?? '');
    if (object.spec?.suspend === true || requestedMs > sinceMs) return;
    const applied = await options.annotator.annotate(target, true);
    if ('away' in applied) throw new ConnectionError(applied.away);
    const { requestedAt, coalesced } = applied;
    addTarget(account, target, coalesced ? 'coalesced' : 'annotated', { requestedAt });
  } catch (error) {
    if (isAway(error)) throw error;
    accountFailed(account, target, error);
  }
}

/** A filter that names the webhook cannot be asked, and counts as true. */
function withoutRequestFilters({ filter, entries }: Serving): Pick<Serving, 'filtered' | 'filter' | 'entries'> {
  return {
    filtered: true,
    filter: askable(filter),
    entries: entries.map((entry) => ({ ...entry, filter: askable(entry.filter) })),
  };
}

function askable(program: Program | undefined): Program | undefined {
  return ['req', 'claims', 'msg'].some((name) => program?.reads.has(name)) ? undefined : program;
}
