/** Runs the filters of a target as the flow does, for each event of the request, and traces the run that decides. */
import { type TraceNode, trace } from '../../../cel/cel.ts';
import type { ResourceMetadata } from '../../api/meta.ts';
import type { CompiledSpec } from '../../receivers/compile.ts';
import { filterTypes } from '../../receivers/compile-targets.ts';
import type { TargetEntry } from '../../receivers/target-entry.ts';
import type { Input } from './explain-head.ts';
import type { ExplainedTarget } from './explanation.ts';

/** The filters of a Receiver. */
export interface Filtering extends Pick<CompiledSpec, 'type' | 'targets'> {
  readonly resourceFilter: string | undefined;
  /** Why a variable has no value, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
}

/** With that of one entry. */
export interface EntryFiltering extends Filtering {
  readonly entry: TargetEntry;
  readonly filter: string | undefined;
}

export interface Result extends Pick<ExplainedTarget, 'outcome' | 'code' | 'tree'> {
  /** What people should know beside the outcome. */
  readonly note?: string;
}

export interface RunOptions {
  /** Waited for before each run; what it throws ends all. */
  readonly breathe?: () => Promise<void>;
}

/**
 * A target is annotated where one event has it annotated, whatever becomes of the others.
 * @param inputs one for each event, at least one.
 */
export async function runFilters(
  { breathe }: RunOptions,
  filtering: EntryFiltering,
  inputs: readonly Input[],
  res: ResourceMetadata,
): Promise<Result> {
  const resultOf = (place: number) => traced(filtering, inputs[place], res);
  if (inputs.length === 1) {
    await breathe?.();
    return resultOf(0);
  }
  const found = { annotated: -1, failed: -1 };
  for (const [place, input] of inputs.entries()) {
    await breathe?.();
    const verdict = verdictOf(filtering, input, res);
    if (verdict !== 'filtered' && found[verdict] === -1) found[verdict] = place;
  }
  const { annotated, failed } = found;
  const decisive = annotated === -1 ? Math.max(failed, 0) : annotated;
  const { note, ...result } = resultOf(decisive);
  const place = `event ${decisive + 1} of ${inputs.length}`;
  if (annotated === -1 || failed === -1) return { ...result, note: note === undefined ? place : `${place}: ${note}` };
  const { code, note: why } = resultOf(failed);
  return { ...result, code, note: `${place}; event ${failed + 1}: ${code}: ${why}` };
}

/** By the compiled filters: most events of a batch are not traced. */
function verdictOf(
  { targets, entry }: EntryFiltering,
  input: Input,
  res: ResourceMetadata,
): 'annotated' | 'filtered' | 'failed' {
  if ('failure' in input) return 'failed';
  const values = { ...input.values, res };
  try {
    const holds = [targets.filter, entry.filter].every((filter) => filter === undefined || filter.evaluate(values));
    return holds ? 'annotated' : 'filtered';
  } catch {
    return 'failed';
  }
}

/** As the flow: the second filter is asked where the first one holds. */
function traced(
  { type, resourceFilter, filter, unknown }: EntryFiltering,
  input: Input | undefined,
  res: ResourceMetadata,
): Result {
  const tree: { resourceFilter?: TraceNode; filter?: TraceNode } = {};
  if (input !== undefined && 'failure' in input) {
    return { outcome: 'refused', code: input.failure, note: input.message, tree };
  }
  const values = { ...input?.values, res };
  for (const [field, expression] of [
    ['resourceFilter', resourceFilter],
    ['filter', filter],
  ] as const) {
    if (!expression) continue;
    const variables = filterTypes(type.filterVariables);
    const run = trace(expression, { variables, result: 'bool', unknown }, values);
    tree[field] = run.tree;
    if (run.error !== undefined) return { outcome: 'refused', code: 'FilterFailed', note: run.error, tree };
    if (run.value !== true) return { outcome: 'filtered', code: 'Delivered', tree };
  }
  return { outcome: 'annotated', code: 'Delivered', tree };
}
