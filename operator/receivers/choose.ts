/** Which objects an entry of `spec.resources` means, and which of them the filters leave. */
import type { Program } from '../../cel/cel.ts';
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { ResourceMetadata } from '../api/meta.ts';
import type { UnnamedTargets } from '../deliveries/records/unnamed-targets.ts';
import type { CompiledTargets } from './compile-targets.ts';
import type { SelectedTarget, SelectedTargets } from './selected-targets.ts';
import type { TargetEntry } from './target-entry.ts';
import type { Patience, Targets } from './targets.ts';

/** What filters see, made once a request or message. */
export interface FilterInput {
  readonly req: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** About the message; whole numbers are bigint, which CEL sees as int. */
  readonly msg?: Readonly<Record<string, unknown>>;
}

export interface Selection {
  readonly targets: Pick<Targets, 'select'>;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
}

/**
 * @param namespace of the object whose entry it is.
 * @throws RequestError TargetForbidden; what `Targets.select` throws.
 */
export async function selectTargets(
  { targets, sameNamespaceOnly }: Selection,
  namespace: string,
  entry: TargetEntry,
  patience: Patience,
): Promise<SelectedTargets> {
  if (sameNamespaceOnly && entry.namespace !== namespace) {
    const message = `${entryLabel(entry)}: cross-namespace references are blocked by --no-cross-namespace-refs`;
    throw new RequestError('TargetForbidden', message);
  }
  return await targets.select(entry, patience);
}

/**
 * Whether both filters hold for a target.
 * @param input undefined only where there is no filter.
 * @throws RequestError FilterFailed
 */
export function passes(
  { filtered, filter }: Pick<CompiledTargets, 'filtered' | 'filter'>,
  input: FilterInput | undefined,
  entry: TargetEntry,
  target: SelectedTarget,
): boolean {
  if (!filtered) return true;
  const variables = { ...input, res: resOf(target) ?? {} };
  const holds = (program: Program | undefined): boolean =>
    program === undefined || program.evaluate(variables) === true;
  try {
    return holds(filter) && holds(entry.filter);
  } catch (error) {
    throw new RequestError('FilterFailed', `${entryLabel(entry)}: ${messageOf(error)}`, { cause: error });
  }
}

/** What filters see as `res`; undefined: the entry needs none. */
export function resOf({ type, kind, metadata }: SelectedTarget): ResourceMetadata | undefined {
  return metadata === undefined ? undefined : { apiVersion: type.apiVersion, kind, metadata };
}

/** Targets by whether the filters need to be run for them. */
export interface Sorted {
  readonly candidates: readonly SelectedTarget[];
  /** The filters leave these out. */
  readonly others: UnnamedTargets;
}

const NO_OTHERS: UnnamedTargets = { count: 0, has: () => false, [Symbol.iterator]: () => [].values() };

/** Of many targets, those that a filter can hold for: it may name the one. */
export function sortByName(
  { filter }: Pick<CompiledTargets, 'filter'>,
  input: FilterInput | undefined,
  entry: TargetEntry,
  found: SelectedTargets,
): Sorted {
  const name = entry.name === '*' ? (nameOf(filter, input) ?? nameOf(entry.filter, input)) : undefined;
  if (name === undefined) return { candidates: [...found], others: NO_OTHERS };
  const named = found.get(name);
  return {
    candidates: named === undefined ? [] : [named],
    others: {
      count: found.size - (named === undefined ? 0 : 1),
      has: ({ kind, namespace, name: own }) =>
        kind === entry.kind && namespace === entry.namespace && own !== name && found.get(own) !== undefined,
      *[Symbol.iterator]() {
        for (const target of found) if (target.name !== name) yield target;
      },
    },
  };
}

/** Undefined: the filter is to be run, for whatever reason. */
function nameOf(filter: Program | undefined, input: FilterInput | undefined): string | undefined {
  try {
    const key = filter?.key?.({ ...input });
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** `Kind/namespace/name`, for logs and errors. */
export function entryLabel({ kind, namespace, name }: Pick<TargetEntry, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}
