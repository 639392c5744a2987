/**
 * Finds what a field of a variable must equal for an expression to be true (`req.name == res.metadata.name && …`), so that
 * it need not be run for each of many values of that variable.
 */
import { children } from './parse/children.ts';
import type { Node } from './parse/syntax.ts';

/**
 * @param field a variable and its fields, as `res.metadata.name`.
 * @returns the other side of the comparison; undefined: the expression has none that it needs to be true.
 */
export function keyNode(root: Node, field: string): Node | undefined {
  // One term that is false decides, whatever becomes of the others.
  if (root.kind === 'logic' && !root.or) {
    return root.terms.map((term) => keyNode(term, field)).find((found) => found !== undefined);
  }
  if (root.kind !== 'call' || root.name !== '==') return undefined;
  const [left, right] = root.args;
  if (left === undefined || right === undefined) return undefined;
  const [variable = ''] = field.split('.');
  if (fieldText(left) === field) return mentions(right, variable) ? undefined : right;
  return fieldText(right) === field && !mentions(left, variable) ? left : undefined;
}

function fieldText(node: Node): string | undefined {
  if (node.kind === 'ident') return node.name;
  if (node.kind !== 'select' || node.optional) return undefined;
  const operand = fieldText(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}

/** A variable of a macro that has the name counts, too. */
function mentions(node: Node, variable: string): boolean {
  return (node.kind === 'ident' && node.name === variable) || children(node).some((child) => mentions(child, variable));
}
