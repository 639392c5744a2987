/** Runs an expression and tells what each of its sub-expressions was: for people who ask why a filter said no. */
import { check } from '../check/checker.ts';
import { readType } from '../check/type-text.ts';
import { type CompileOptions, compile } from '../compile.ts';
import { CelRuntimeError } from '../errors.ts';
import { Failure } from '../evaluate/bounds.ts';
import { NO_VARIABLE } from '../evaluate/operators.ts';
import { type Observe, Planner } from '../evaluate/planner.ts';
import { runPlan } from '../evaluate/run-plan.ts';
import { children } from '../parse/children.ts';
import { parse, type Spans } from '../parse/parser.ts';
import type { Node } from '../parse/syntax.ts';
import { decisive } from './decisive.ts';
import { recorder, type Seen } from './recorder.ts';
import { showValue } from './show-value.ts';

/** One sub-expression of a run. It has a `value`, an `error`, or was not evaluated; constants have no node. */
export interface TraceNode {
  /** Its source, without brackets around it. */
  readonly text: string;
  /** Its place in the expression, in UTF-16 units: `expression.slice(from, to)` is `text`. */
  readonly from: number;
  readonly to: number;
  /** Of 256 characters at most; of what is no JSON scalar the text. In a macro that of its last turn. */
  readonly value?: string | number | boolean | null;
  readonly error?: string;
  readonly 'not evaluated'?: true;
  /** Whether it is a condition that made the result of the whole what it is. */
  readonly decides: boolean;
  readonly children: readonly TraceNode[];
}

/** How a run ended, and why. */
export interface Traced {
  /** undefined: it failed. */
  readonly value: unknown;
  readonly error: string | undefined;
  readonly tree: TraceNode;
}

export interface TraceOptions extends CompileOptions {
  /** Why a variable has no value, by its name: the error of whatever needs it. */
  readonly unknown?: Readonly<Record<string, string>>;
}

/**
 * Runs the expression as `compile` and `evaluate` do, within the same bounds.
 * @throws CelCompileError as `compile` does.
 */
export function trace(expression: string, options: TraceOptions, values: Readonly<Record<string, unknown>>): Traced {
  // Refuses all that the flow refuses, in its words.
  compile(expression, options);
  const spans: Spans = new Map();
  const root = parse(expression, spans);
  const variables = new Map(Object.entries(options.variables).map(([name, type]) => [name, readType(type)]));
  const seen = recorder(root);
  const observe = withReasons(seen.observe, options.unknown ?? {});
  const planner = new Planner(expression, check(expression, root, variables), observe);
  const outcome = outcomeOf(() => runPlan(planner.plan(root), values, options));
  const decides = decisive(root, seen.of);
  const treeOf = (node: Node, result: Seen | undefined): TraceNode => {
    const { from, to } = spans.get(node) ?? { from: 0, to: expression.length };
    const below = children(node).filter((child) => seen.isObserved(child));
    return {
      text: expression.slice(from, to),
      from,
      to,
      ...shown(result),
      decides: decides.has(node),
      children: below.map((child) => treeOf(child, seen.of(child))),
    };
  };
  const { value, error } = outcome;
  return { value, error, tree: treeOf(root, outcome) };
}

/** What fails for want of a variable says why there is none. */
function withReasons(observe: Observe, unknown: Readonly<Record<string, string>>): Observe {
  const failures = new Map(Object.entries(unknown).map(([name, reason]) => [name, new Failure(reason)]));
  return (node, evaluate) => {
    const failure = node.kind === 'ident' ? failures.get(node.name) : undefined;
    if (failure === undefined) return observe(node, evaluate);
    return observe(node, (run) => {
      try {
        return evaluate(run);
      } catch (error) {
        throw error === NO_VARIABLE ? failure : error;
      }
    });
  };
}

function outcomeOf(run: () => unknown): Seen {
  try {
    return { value: run(), error: undefined };
  } catch (error) {
    if (error instanceof CelRuntimeError) return { value: undefined, error: error.message };
    throw error;
  }
}

function shown(result: Seen | undefined): Pick<TraceNode, 'value' | 'error' | 'not evaluated'> {
  if (result === undefined) return { 'not evaluated': true };
  return result.error === undefined ? { value: showValue(result.value) } : { error: result.error };
}
