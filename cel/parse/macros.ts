/** CEL's macros: calls that become nodes of their own while parsing. */
import type { Comprehension, Node } from './syntax.ts';

type Fail = (at: number, cause: string) => Error;

const COMPREHENSIONS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

function variableOf(name: string, node: Node | undefined, fail: Fail): string {
  // As in cel-go: with a dot it is a name that nothing in the body can have.
  if (node?.kind === 'ident') return node.absolute ? `.${node.name}` : node.name;
  throw fail(node?.at ?? 0, `the variable of ${name}() must be a simple name`);
}

function has(args: readonly Node[], at: number, fail: Fail): Node {
  const [argument] = args;
  if (argument?.kind === 'select' && !argument.optional) {
    return { kind: 'has', operand: argument.operand, field: argument.field, at };
  }
  throw fail(argument?.at ?? at, 'has() takes a field selection');
}

function comprehension(name: string, range: Node, args: readonly Node[], at: number, fail: Fail): Node {
  const macro = name as Comprehension['macro'];
  const variable = variableOf(name, args[0], fail);
  const mapping = macro === 'map';
  return {
    kind: 'comprehension',
    macro,
    range,
    variable,
    filter: mapping && args.length === 2 ? undefined : args[1],
    body: mapping ? args.at(-1) : undefined,
    at,
  };
}

/** The node of a macro, or undefined for a call; a macro's name with another number of arguments is one. */
export function expandMacro(
  name: string,
  target: Node | undefined,
  args: readonly Node[],
  at: number,
  fail: Fail,
): Node | undefined {
  if (target === undefined) return name === 'has' && args.length === 1 ? has(args, at, fail) : undefined;
  if (COMPREHENSIONS.has(name) && (args.length === 2 || (args.length === 3 && name === 'map'))) {
    return comprehension(name, target, args, at, fail);
  }
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    const variable = variableOf(name, args[0], fail);
    if (variable.startsWith('.')) throw fail(at, `the variable of ${name}() must be a simple name`);
    return { kind: 'optMap', flat: name === 'optFlatMap', target, variable, body: args[1] as Node, at };
  }
  return undefined;
}
