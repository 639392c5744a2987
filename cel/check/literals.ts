/** What cel-go refuses of literals after the types are known: mixed elements, and values that `format` cannot show. */

import { Failure } from '../evaluate/bounds.ts';
import { type Clause, parseFormat } from '../library/format.ts';
import { children } from '../parse/children.ts';
import { compileError } from '../parse/source-position.ts';
import type { Entry, Node } from '../parse/syntax.ts';
import type { Checked } from './checker.ts';
import { type Kind, sameType, showType, type Type } from './types.ts';

type Call = Extract<Node, { kind: 'call' }>;

const WHOLE: readonly Kind[] = ['int', 'uint'];
const NUMBERS: readonly Kind[] = [...WHOLE, 'double'];
const SHOWN: Readonly<Record<Clause['verb'], readonly Kind[]>> = {
  s: [...NUMBERS, 'list', 'map', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
  d: NUMBERS,
  f: NUMBERS,
  e: NUMBERS,
  b: ['bool', ...WHOLE],
  x: [...WHOLE, 'string', 'bytes'],
  X: [...WHOLE, 'string', 'bytes'],
  o: WHOLE,
};

/** @throws CelCompileError at the first literal that is refused. */
export function checkLiterals(expression: string, root: Node, checked: Checked): void {
  const oneType = (nodes: readonly Node[], typeOf: (node: Node) => Type) => {
    const [first, ...rest] = nodes;
    if (first === undefined) return;
    const expected = typeOf(first);
    for (const node of rest) {
      const found = typeOf(node);
      if (sameType(expected, found)) continue;
      throw compileError(expression, node.at, `expected type '${showType(expected)}' but found '${showType(found)}'`);
    }
  };
  const valueType = (entries: readonly Entry[]) => {
    const optional = new Set(entries.filter((entry) => entry.optional).map(({ value }) => value));
    return (node: Node): Type => {
      const type = checked.typeOf(node);
      return optional.has(node) ? (type.of[0] ?? type) : type;
    };
  };
  const visit = (node: Node, inFormat: boolean): void => {
    const formats = node.kind === 'call' && node.name === 'format';
    if (formats) checkFormat(expression, node, checked);
    if (node.kind === 'list' && !inFormat)
      oneType(
        node.elements.map(({ value }) => value),
        valueType(node.elements),
      );
    if (node.kind === 'map' && !inFormat) {
      oneType(
        node.entries.map(({ key }) => key),
        checked.typeOf,
      );
      oneType(
        node.entries.map(({ value }) => value),
        valueType(node.entries),
      );
    }
    for (const child of children(node)) visit(child, inFormat || formats);
  };
  visit(root, false);
}

/** A format string that is a literal, with a list that is one, must fit. */
function checkFormat(expression: string, { target, args, at }: Call, checked: Checked): void {
  const [list] = args;
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return;
  const clauses = clausesOf(expression, target.value, at).filter((part) => typeof part !== 'string');
  clauses.forEach(({ verb }, i) => {
    const value = list.elements[i]?.value;
    if (value === undefined) throw compileError(expression, at, `format: index ${i} out of range`);
    checkShown(expression, verb, value, checked);
  });
  const [wanted, given] = [clauses.length, list.elements.length];
  if (given > wanted)
    throw compileError(expression, at, `format: too many arguments (expected ${wanted}, got ${given})`);
}

function clausesOf(expression: string, format: string, at: number): (string | Clause)[] {
  try {
    return parseFormat(format);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw compileError(expression, at, `format: ${error.reason}`);
  }
}

function checkShown(expression: string, verb: Clause['verb'], value: Node, checked: Checked): void {
  const { kind } = checked.typeOf(value);
  if (kind !== 'dyn' && !SHOWN[verb].includes(kind)) {
    throw compileError(expression, value.at, `format: clause %${verb} cannot show a value of type ${kind}`);
  }
  if (verb !== 's' || (value.kind !== 'list' && value.kind !== 'map')) return;
  for (const child of children(value)) checkShown(expression, verb, child, checked);
}
