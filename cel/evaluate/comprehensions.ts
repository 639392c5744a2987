/** Runs CEL's loops: the only way for an expression to take longer than it is long, so each turn is counted. */

import type { Comprehension, Node } from '../parse/syntax.ts';
import { FAILURE_COST, Failure, NO_OVERLOAD } from './bounds.ts';
import type { Evaluate, Run } from './run.ts';
import { isMap, KEY_COST, mapKeys } from './values.ts';

/** Plans the parts of a loop. */
export interface NodePlanner {
  plan(node: Node, locals: readonly string[]): Evaluate;
}

/** Does something with each element, until it says `true`. */
type Turn = (run: Run, element: unknown) => boolean;

/** The elements of a list or the keys of a map. */
function elementsOf(run: Run, range: unknown): readonly unknown[] {
  if (Array.isArray(range)) return range;
  if (!isMap(range)) throw NO_OVERLOAD;
  const keys = mapKeys(range);
  run.budget.spend(keys.length * KEY_COST);
  return keys;
}

function loop(run: Run, range: Evaluate, slot: number, turn: Turn): void {
  const elements = elementsOf(run, range(run));
  run.budget.spend();
  for (const element of elements) {
    run.budget.spend();
    run.locals[slot] = element;
    if (turn(run, element)) return;
  }
}

function holds(run: Run, predicate: Evaluate): boolean {
  const value = predicate(run);
  if (typeof value !== 'boolean') throw NO_OVERLOAD;
  return value;
}

/** `all` and `exists`: an element that decides makes the errors of others not matter. */
function quantifier(range: Evaluate, slot: number, predicate: Evaluate, decisive: boolean): Evaluate {
  return (run) => {
    let failure: Failure | undefined;
    let decided = false;
    loop(run, range, slot, () => {
      try {
        decided = holds(run, predicate) === decisive;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        run.budget.spend(FAILURE_COST);
        failure ??= error;
      }
      return decided;
    });
    if (decided) return decisive;
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

function existsOne(range: Evaluate, slot: number, predicate: Evaluate): Evaluate {
  return (run) => {
    let count = 0;
    loop(run, range, slot, () => {
      if (holds(run, predicate)) count += 1;
      return false;
    });
    return count === 1;
  };
}

function collect(range: Evaluate, slot: number, filter: Evaluate | undefined, body: Evaluate | undefined): Evaluate {
  return (run) => {
    const result: unknown[] = [];
    loop(run, range, slot, (_, element) => {
      if (filter === undefined || holds(run, filter)) {
        result.push(body === undefined ? element : body(run));
        run.budget.list(1);
      }
      return false;
    });
    return result;
  };
}

/** @param locals the names of the macro variables around. */
export function planComprehension(planner: NodePlanner, node: Comprehension, locals: readonly string[]): Evaluate {
  const range = planner.plan(node.range, locals);
  const inner = [...locals, node.variable];
  const filter = node.filter === undefined ? undefined : planner.plan(node.filter, inner);
  const body = node.body === undefined ? undefined : planner.plan(node.body, inner);
  const slot = locals.length;
  if (node.macro === 'map' || node.macro === 'filter' || filter === undefined)
    return collect(range, slot, filter, body);
  if (node.macro === 'exists_one') return existsOne(range, slot, filter);
  return quantifier(range, slot, filter, node.macro === 'exists');
}
