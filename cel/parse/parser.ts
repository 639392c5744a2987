/** Parses CEL by the grammar of cel-go (with optionals), and expands its macros to nodes of their own. */

import { type Token, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';
import { compileError } from './source-position.ts';
import { CONDITIONAL, type Entry, INDEX, type MapEntry, NEGATE, NOT, type Node, OPTIONAL_INDEX } from './syntax.ts';

/** Where each node stands in the expression: from its first character to behind its last, without brackets around it. */
export type Spans = Map<Node, { readonly from: number; readonly to: number }>;

/** cel-go's own limit of nesting. */
const MAX_NESTING = 250;
/** Chains such as `1 + 1 + …` nest to the left without end; what walks the tree recurses this deep at most. */
const MAX_CHAIN = 1_000;
const MAX_INT = 0x7fffffffffffffffn;
const RELATIONS = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const SUMS = new Set(['+', '-']);
const PRODUCTS = new Set(['*', '/', '%']);
const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

class Parser {
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  readonly #spans: Spans | undefined;
  #next = 0;
  #nesting = 0;
  #chain = 0;

  constructor(expression: string, spans: Spans | undefined) {
    this.#expression = expression;
    this.#tokens = tokenize(expression);
    this.#spans = spans;
  }

  parse(): Node {
    const node = this.#expr();
    if (this.#peek().type !== 'end') throw this.#unexpected();
    return node;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.type === 'operator' && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(`'${text}'`);
  }

  #unexpected(wanted?: string): Error {
    const { at, type, text } = this.#peek();
    const found = type === 'end' ? 'the end' : `'${text.slice(0, 40)}'`;
    return this.#fail(at, `syntax error: unexpected ${found}${wanted === undefined ? '' : `, expected ${wanted}`}`);
  }

  #fail(at: number, cause: string): Error {
    return compileError(this.#expression, at, cause);
  }

  /** A node that was marked within brackets keeps its place in them. */
  #mark(node: Node, from: number): Node {
    const last = this.#tokens[this.#next - 1];
    if (last !== undefined && this.#spans?.has(node) === false) {
      this.#spans.set(node, { from, to: last.at + last.text.length });
    }
    return node;
  }

  #expr(): Node {
    const from = this.#peek().at;
    if (++this.#nesting > MAX_NESTING) throw this.#fail(this.#peek().at, 'nested too deeply');
    const chain = this.#chain;
    const condition = this.#logic(true);
    let node = condition;
    if (this.#take('?')) {
      const yes = this.#logic(true);
      this.#expect(':');
      node = {
        kind: 'call',
        name: CONDITIONAL,
        target: undefined,
        args: [condition, yes, this.#expr()],
        at: condition.at,
      };
    }
    this.#nesting -= 1;
    this.#chain = chain;
    return this.#mark(node, from);
  }

  #logic(or: boolean): Node {
    const from = this.#peek().at;
    const term = () => {
      const chain = this.#chain;
      const node = or ? this.#logic(false) : this.#binary(RELATIONS, () => this.#calc());
      this.#chain = chain;
      return node;
    };
    const first = term();
    if (!this.#is(or ? '||' : '&&')) return first;
    const terms = [first];
    while (this.#take(or ? '||' : '&&')) terms.push(term());
    return this.#mark({ kind: 'logic', or, terms, at: first.at }, from);
  }

  #calc(): Node {
    return this.#binary(SUMS, () => this.#binary(PRODUCTS, () => this.#unary()));
  }

  #binary(operators: ReadonlySet<string>, operand: () => Node): Node {
    const from = this.#peek().at;
    let left = operand();
    for (;;) {
      const { type, text, at } = this.#peek();
      if (type !== 'operator' || !operators.has(text)) return left;
      this.#lengthen(at);
      this.#next += 1;
      const args = [left, operand()];
      left = this.#mark({ kind: 'call', name: text, target: undefined, args, at }, from);
    }
  }

  #lengthen(at: number): void {
    if (++this.#chain > MAX_CHAIN) throw this.#fail(at, 'too many operations in a row');
  }

  #unary(): Node {
    const { at } = this.#peek();
    const sign = this.#is('!') ? '!' : '-';
    let count = 0;
    while (this.#take(sign)) count += 1;
    if (count === 0) return this.#member(false);
    const number = this.#peek().type === 'number' && sign === '-' && count % 2 === 1;
    const member = this.#member(number);
    if (number || count % 2 === 0) return member;
    return this.#mark({ kind: 'call', name: sign === '!' ? NOT : NEGATE, target: undefined, args: [member], at }, at);
  }

  #member(negative: boolean): Node {
    const from = this.#peek().at;
    let node = this.#mark(this.#primary(negative), from);
    for (;;) {
      const { at } = this.#peek();
      if (this.#take('.')) node = this.#dot(node, at);
      else if (this.#take('[')) {
        const name = this.#take('?') ? OPTIONAL_INDEX : INDEX;
        node = { kind: 'call', name, target: undefined, args: [node, this.#expr()], at };
        this.#expect(']');
      } else return node;
      this.#mark(node, from);
      this.#lengthen(at);
    }
  }

  #dot(operand: Node, at: number): Node {
    const optional = this.#take('?');
    const field = this.#identifier();
    if (!optional && this.#is('(')) return this.#call(field, operand, at);
    return { kind: 'select', operand, field, optional, at };
  }

  #identifier(): string {
    const token = this.#peek();
    if (token.type !== 'identifier') throw this.#unexpected('a name');
    this.#next += 1;
    return token.text;
  }

  #call(name: string, target: Node | undefined, at: number): Node {
    this.#expect('(');
    const args: Node[] = [];
    if (!this.#is(')')) {
      do args.push(this.#expr());
      while (this.#take(','));
    }
    this.#expect(')');
    const fail = (where: number, cause: string) => this.#fail(where, cause);
    return expandMacro(name, target, args, at, fail) ?? { kind: 'call', name, target, args, at };
  }

  #primary(negative: boolean): Node {
    const token = this.#peek();
    const { at } = token;
    if (token.type === 'literal' || token.type === 'number') {
      this.#next += 1;
      return { kind: 'literal', value: this.#literal(token, negative), at };
    }
    if (this.#take('(')) {
      const node = this.#expr();
      this.#expect(')');
      return node;
    }
    if (this.#take('[')) return this.#list(at);
    if (this.#take('{')) return this.#map(at);
    const absolute = this.#take('.');
    const name = this.#identifier();
    if (this.#is('(')) return this.#call(name, undefined, at);
    if (RESERVED.has(name)) throw this.#fail(at, `syntax error: '${name}' is a reserved word`);
    return { kind: 'ident', name, absolute, at };
  }

  #literal(token: Token, negative: boolean): unknown {
    const { value } = token;
    if (typeof value === 'number') return negative ? -value : value;
    if (typeof value !== 'bigint') {
      if (negative) throw this.#fail(token.at, 'an unsigned number has no minus');
      return value;
    }
    if (value > (negative ? MAX_INT + 1n : MAX_INT)) throw this.#fail(token.at, 'a number out of the range of int');
    return negative ? -value : value;
  }

  /** The grammar allows one comma before the end, even where nothing comes before it. */
  #comma(end: string): void {
    if (this.#is(',') && this.#tokens[this.#next + 1]?.text === end) this.#next += 1;
  }

  #list(at: number): Node {
    const elements: Entry[] = [];
    this.#comma(']');
    while (!this.#is(']')) {
      const optional = this.#take('?');
      elements.push({ optional, value: this.#expr() });
      if (!this.#take(',')) break;
    }
    this.#expect(']');
    return { kind: 'list', elements, at };
  }

  #map(at: number): Node {
    const entries: MapEntry[] = [];
    this.#comma('}');
    while (!this.#is('}')) {
      const optional = this.#take('?');
      const key = this.#expr();
      this.#expect(':');
      entries.push({ optional, key, value: this.#expr() });
      if (!this.#take(',')) break;
    }
    this.#expect('}');
    return { kind: 'map', entries, at };
  }
}

/**
 * @param spans is given the place of each node.
 * @throws CelCompileError where the expression is not CEL, or nested too deeply to be walked safely.
 */
export function parse(expression: string, spans?: Spans): Node {
  return new Parser(expression, spans).parse();
}
