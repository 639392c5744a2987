/** Cuts a CEL expression into tokens, by the lexical rules of the CEL specification's grammar as cel-go has them. */

import { CelUint } from '../evaluate/values.ts';
import { compileError } from './source-position.ts';
import { unescapeLiteral } from './string-literal.ts';

export interface Token {
  readonly type: 'identifier' | 'literal' | 'number' | 'operator' | 'end';
  /** The operator or the identifier; of a literal its source text. */
  readonly text: string;
  /** The value of a literal or a number. Integers are not yet checked for their range: a minus may precede. */
  readonly value: unknown;
  readonly at: number;
}

const SPACE = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y;
const STRING = /([bB]?[rR])?("""|''')|([bB]?[rR])?(["'])|([bB])("""|'''|["'])/y;
const FLOAT = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y;
const INTEGER = /(?:0x[0-9a-fA-F]+|\d+)([uU])?/y;
const IDENTIFIER = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const OPERATOR = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;
const KEYWORDS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function match(pattern: RegExp, expression: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(expression);
}

function stringToken(expression: string, at: number): { token: Token; next: number } | undefined {
  const found = match(STRING, expression, at);
  if (found === null) return undefined;
  const prefix = (found[1] ?? found[3] ?? found[5] ?? '').toLowerCase();
  const quote = found[2] ?? found[4] ?? found[6] ?? '';
  const start = at + found[0].length;
  const raw = prefix.includes('r');
  let end = start;
  while (!expression.startsWith(quote, end)) {
    const char = expression[end];
    if (char === undefined) throw compileError(expression, at, 'a string that does not end');
    if (quote.length === 1 && (char === '\n' || char === '\r')) {
      throw compileError(expression, end, 'a line break in a string');
    }
    end += char === '\\' && !raw ? 2 : 1;
  }
  const body = expression.slice(start, end);
  const next = end + quote.length;
  const fail = (offset: number, cause: string) => compileError(expression, start + offset, cause);
  const value = unescapeLiteral(body, { raw, bytes: prefix.includes('b'), fail });
  return { token: { type: 'literal', text: expression.slice(at, next), value, at }, next };
}

function numberToken(expression: string, at: number): { token: Token; next: number } | undefined {
  const float = match(FLOAT, expression, at);
  if (float !== null) {
    const value = Number(float[0]);
    if (!Number.isFinite(value)) throw compileError(expression, at, 'a number out of the range of double');
    return { token: { type: 'number', text: float[0], value, at }, next: at + float[0].length };
  }
  const integer = match(INTEGER, expression, at);
  if (integer === null) return undefined;
  const text = integer[0];
  if (integer[1] === undefined)
    return { token: { type: 'number', text, value: BigInt(text), at }, next: at + text.length };
  const value = BigInt(text.slice(0, -1));
  if (value > 0xffffffffffffffffn) throw compileError(expression, at, 'a number out of the range of uint');
  return { token: { type: 'number', text, value: new CelUint(value), at }, next: at + text.length };
}

function wordToken(expression: string, at: number): { token: Token; next: number } | undefined {
  const word = match(IDENTIFIER, expression, at)?.[0];
  if (word !== undefined) {
    const next = at + word.length;
    if (word === 'in') return { token: { type: 'operator', text: word, value: undefined, at }, next };
    if (KEYWORDS.has(word)) return { token: { type: 'literal', text: word, value: KEYWORDS.get(word), at }, next };
    return { token: { type: 'identifier', text: word, value: undefined, at }, next };
  }
  const operator = match(OPERATOR, expression, at)?.[0];
  if (operator === undefined) return undefined;
  return { token: { type: 'operator', text: operator, value: undefined, at }, next: at + operator.length };
}

/** @throws CelCompileError at what is no token. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(SPACE, expression, at)?.[0].length ?? 0;
    if (at >= expression.length) break;
    const found = stringToken(expression, at) ?? numberToken(expression, at) ?? wordToken(expression, at);
    if (found === undefined) throw compileError(expression, at, 'an unexpected character');
    tokens.push(found.token);
    at = found.next;
  }
  tokens.push({ type: 'end', text: 'the end', value: undefined, at: expression.length });
  return tokens;
}
