/** From an Alert to what is asked of it at each event: sources by kind, expressions that are compiled. Pure. */
import { RE2JS } from 're2js';
import { CelCompileError, type Program, sharedProgram } from '../../../cel/cel.ts';
import type { Alert, EventSource } from '../../api/alert/alert.ts';

export interface CompiledAlert {
  /** `namespace/name`. */
  readonly key: string;
  /** The same of its Provider. */
  readonly providerKey: string;
  readonly alert: Alert;
  readonly sources: readonly CompiledSource[];
  /** Whether one of its sources asks for labels. */
  readonly labelled: boolean;
  readonly inclusion: Expressions;
  readonly exclusion: Expressions;
  readonly filter: Program | undefined;
  readonly message: Program | undefined;
  /** What of its spec is left out because it cannot be compiled, for people. */
  readonly faults: readonly string[];
}

export interface CompiledSource extends EventSource {
  /** With the Alert's where the entry has none; `*`: all. */
  readonly namespace: string;
}

export interface Expressions {
  /** How many there were, those that did not compile included. */
  readonly listed: number;
  readonly compiled: readonly RE2JS[];
}

const EVENT = { event: 'map(string, dyn)' };
const EVENT_AND_ALERT = { ...EVENT, alert: 'map(string, dyn)' };

/** @param allNamespaces whether a source with namespace `*` means all of them, or none as in Flux. */
export function compileAlert(alert: Alert, { allNamespaces }: { readonly allNamespaces: boolean }): CompiledAlert {
  const { metadata, spec } = alert;
  const faults: string[] = [];
  const sources = spec.eventSources.map((source) => ({ ...source, namespace: source.namespace || metadata.namespace }));
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    providerKey: `${metadata.namespace}/${spec.providerRef.name}`,
    alert,
    sources: sources.filter(({ namespace }) => namespace !== '*' || allNamespaces),
    labelled: sources.some(({ matchLabels }) => matchLabels !== undefined),
    inclusion: expressions('inclusion', spec.inclusionList, faults),
    exclusion: expressions('exclusion', spec.exclusionList, faults),
    filter: program('filterExpr', spec.filterExpr, { variables: EVENT, result: 'bool' }, faults),
    message: program('messageExpr', spec.messageExpr, { variables: EVENT_AND_ALERT, result: 'string' }, faults),
    faults,
  };
}

function expressions(list: string, texts: readonly string[] = [], faults: string[]): Expressions {
  const compiled: RE2JS[] = [];
  for (const text of texts) {
    try {
      compiled.push(RE2JS.compile(text));
    } catch {
      faults.push(`failed to compile ${list} regex: ${text}`);
    }
  }
  return { listed: texts.length, compiled };
}

function program(
  field: string,
  text: string | undefined,
  options: Parameters<typeof sharedProgram>[1],
  faults: string[],
): Program | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return sharedProgram(text, options);
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    faults.push(`failed to compile spec.${field}: ${error.message}`);
    return undefined;
  }
}
