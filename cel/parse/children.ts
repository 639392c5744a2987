import type { Node } from './syntax.ts';

/** The nodes directly below one, in the order of the source. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
    case 'has':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'logic':
      return node.terms;
    case 'list':
      return node.elements.map(({ value }) => value);
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'comprehension':
      return [node.range, node.filter, node.body].filter((child) => child !== undefined);
    case 'optMap':
      return [node.target, node.body];
  }
}
