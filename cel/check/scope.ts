/** Says what names mean inside of macros. */
import type { Node } from '../parse/syntax.ts';
import type { Type } from './types.ts';

/** The variable of a macro, and the scopes around it. */
export interface Scope {
  readonly name: string;
  readonly type: Type;
  readonly outer: Scope | undefined;
}

/** `a.b.c` as one name, if the node is no more than that. */
export function qualifiedName(node: Node): string | undefined {
  if (node.kind === 'ident') return node.name;
  if (node.kind !== 'select' || node.optional) return undefined;
  const operand = qualifiedName(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}

/** The type of a macro's variable. */
export function localType(name: string, scope: Scope | undefined): Type | undefined {
  for (let at = scope; at !== undefined; at = at.outer) if (at.name === name) return at.type;
  return undefined;
}

/** Whether the first name of `a.b.c` is the variable of a macro. */
export function startsLocally(node: Node, scope: Scope | undefined): boolean {
  if (node.kind === 'select') return startsLocally(node.operand, scope);
  return node.kind === 'ident' && !node.absolute && localType(node.name, scope) !== undefined;
}
