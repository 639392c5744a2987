/**
 * From `spec.resources` and `spec.resourceFilter` to what notifications are made from. Pure; of a Receiver or of any other
 * kind that has the two fields.
 */
import { type Program, sharedProgram } from '../../cel/cel.ts';
import { ReceiverError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { ResourceReference } from '../api/receiver/receiver.ts';
import type { FilterVariable } from '../webhooks/webhook-type.ts';
import type { TargetEntry } from './target-entry.ts';
import { faultText, targetReference } from './target-reference.ts';

/** The part of a spec that says what is notified. */
export interface TargetsSpec {
  readonly resources: readonly ResourceReference[];
  /** CEL; undefined and '': none. */
  readonly resourceFilter?: string | undefined;
}

export interface CompiledTargets {
  readonly filter: Program | undefined;
  /** Whether any filter is set, the entries' own included: what filters see is needed. */
  readonly filtered: boolean;
  /** Whether any of them names `req`. */
  readonly readsRequest: boolean;
  readonly entries: readonly TargetEntry[];
}

/** As cel-go sees Flux's declaration of `req`, `res` and `claims`. */
const JSON_OBJECT = 'map(string, dyn)';
/** Filters that compare it tell the one object that they mean without being run for each. */
const TARGET_NAME = 'res.metadata.name';

/**
 * @param namespace the object's own, which an entry means that names none.
 * @param variables what filters see beside `req` and `res`.
 * @throws ReceiverError InvalidCELExpression, with a message that says what to change.
 */
export function compileTargets(
  spec: TargetsSpec,
  namespace: string,
  variables: readonly FilterVariable[] = [],
): CompiledTargets {
  const types = filterTypes(variables);
  const resourceFilter = celProgram(spec.resourceFilter, types, 'spec.resourceFilter');
  const entries = spec.resources.map((entry, index) => {
    const filter = celProgram(entry.filter, types, `spec.resources[${index}].filter`);
    return compileEntry(entry, index, filter, { namespace, resourceFilter });
  });
  const programs = [resourceFilter, ...entries.map(({ filter }) => filter)];
  return {
    filter: resourceFilter,
    filtered: programs.some((program) => program !== undefined),
    readsRequest: reads('req', ...programs),
    entries,
  };
}

/**
 * The variables of filters, each with its type in CEL.
 * @param variables what filters see beside `req` and `res`.
 */
export function filterTypes(variables: readonly FilterVariable[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(['req', 'res', ...variables].map((name) => [name, JSON_OBJECT]));
}

function celProgram(
  expression: string | undefined,
  variables: Readonly<Record<string, string>>,
  where: string,
): Program | undefined {
  if (expression === undefined || expression === '') return undefined;
  try {
    return sharedProgram(expression, { variables, result: 'bool', keyedBy: TARGET_NAME });
  } catch (error) {
    throw new ReceiverError('InvalidCELExpression', `${where}: ${messageOf(error)}`, { cause: error });
  }
}

function reads(variable: string, ...programs: readonly (Program | undefined)[]): boolean {
  return programs.some((program) => program?.reads.has(variable) === true);
}

function compileEntry(
  entry: ResourceReference,
  index: number,
  filter: Program | undefined,
  common: { readonly namespace: string; readonly resourceFilter: Program | undefined },
): TargetEntry {
  const { field, fault, ...reference } = targetReference(entry, index, common.namespace);
  return {
    ...reference,
    field: `spec.${field}`,
    fault: fault && faultText(field, fault),
    filter,
    needsMetadata: entry.name === '*' || reads('res', common.resourceFilter, filter),
  };
}
