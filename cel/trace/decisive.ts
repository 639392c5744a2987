/** Finds the conditions that made the result of an expression what it is. */
import { CONDITIONAL, NOT, type Node } from '../parse/syntax.ts';
import type { Seen } from './recorder.ts';

/**
 * The root, and below it what alone would have made another result: of `a && b` that is false the term that is, of one
 * that is true both; of `a ? b : c` the condition and what it chose; of `!a` the term; of a macro its condition.
 */
export function decisive(root: Node, of: (node: Node) => Seen | undefined): ReadonlySet<Node> {
  const found = new Set<Node>();
  const visit = (node: Node): void => {
    found.add(node);
    for (const child of conditionsOf(node, of)) if (of(child) !== undefined) visit(child);
  };
  visit(root);
  return found;
}

function conditionsOf(node: Node, of: (node: Node) => Seen | undefined): readonly Node[] {
  switch (node.kind) {
    case 'logic':
      return termsOf(node, of);
    case 'call':
      return node.name === CONDITIONAL || node.name === NOT ? node.args : [];
    case 'comprehension':
      return node.macro === 'map' || node.filter === undefined ? [] : [node.filter];
    default:
      return [];
  }
}

function termsOf(
  { or, terms }: Extract<Node, { kind: 'logic' }>,
  of: (node: Node) => Seen | undefined,
): readonly Node[] {
  const deciding = terms.filter((term) => of(term)?.value === or);
  if (deciding.length > 0) return deciding;
  const failed = terms.filter((term) => of(term)?.error !== undefined);
  return failed.length > 0 ? failed : terms;
}
