/** Records what the nodes of an expression are while it runs. */
import { Exhausted, Failure } from '../evaluate/bounds.ts';
import type { Observe } from '../evaluate/planner.ts';
import { children } from '../parse/children.ts';
import type { Node } from '../parse/syntax.ts';

/** What became of a node: a value, or the error that is not undefined. */
export interface Seen {
  readonly value: unknown;
  readonly error: string | undefined;
}

export interface Recorder {
  /** What the planner is to tell of each node. */
  readonly observe: Observe;
  /** Whether the node is no constant. */
  isObserved(node: Node): boolean;
  /** Undefined: it was not evaluated, in a macro not in its last turn. */
  of(node: Node): Seen | undefined;
}

export function recorder(root: Node): Recorder {
  const turns = turnsIn(root);
  const observed = new Set<Node>();
  const seen = new Map<Node, Seen>();
  return {
    observe(node, evaluate) {
      observed.add(node);
      const ofTurn = turns.get(node) ?? [];
      return (run) => {
        for (const before of ofTurn) seen.delete(before);
        try {
          const value = evaluate(run);
          seen.set(node, { value, error: undefined });
          return value;
        } catch (error) {
          if (error instanceof Failure || error instanceof Exhausted) {
            seen.set(node, { value: undefined, error: error.reason });
          }
          throw error;
        }
      };
    },
    isObserved: (node) => observed.has(node),
    of: (node) => seen.get(node),
  };
}

/** The node that begins a turn of a macro, and all that is of the same turn. */
function turnsIn(root: Node): ReadonlyMap<Node, readonly Node[]> {
  const turns = new Map<Node, readonly Node[]>();
  for (const node of below(root)) {
    if (node.kind !== 'comprehension') continue;
    const parts = [node.filter, node.body].filter((part) => part !== undefined);
    const [first] = parts;
    if (first !== undefined) turns.set(first, parts.flatMap(below));
  }
  return turns;
}

function below(node: Node): Node[] {
  return [node, ...children(node).flatMap(below)];
}
