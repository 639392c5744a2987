/** Gives every node of an expression its static type, and every name its meaning, by the rules of cel-go's checker. */

import { kindOf } from '../evaluate/values.ts';
import { FUNCTIONS, TYPES } from '../library/library.ts';
import { compileError } from '../parse/source-position.ts';
import { CONDITIONAL, type Comprehension, type Node } from '../parse/syntax.ts';
import type { CelFunction } from './overloads.ts';
import { localType, qualifiedName, type Scope, startsLocally } from './scope.ts';
import {
  BOOL,
  DYN,
  INT,
  listOf,
  mapOf,
  moreGeneral,
  optionalOf,
  STRING,
  Substitutions,
  sameType,
  scalar,
  showType,
  type Type,
  typeOf,
} from './types.ts';

/** A function as a call means it. `args` has the receiver first. */
export interface ResolvedCall {
  readonly fn: CelFunction;
  readonly args: readonly Node[];
}

/** What is known of a checked expression. */
export interface Checked {
  readonly type: Type;
  /** The declared variables that it reads. */
  readonly reads: ReadonlySet<string>;
  readonly calls: ReadonlyMap<Node, ResolvedCall>;
  /** Identifiers and selections that name a type. */
  readonly typeNames: ReadonlyMap<Node, Type>;
  typeOf(node: Node): Type;
}

class Checker {
  readonly #expression: string;
  readonly #variables: ReadonlyMap<string, Type>;
  readonly #types = new Map<Node, Type>();
  readonly #substitutions = new Substitutions();
  readonly reads = new Set<string>();
  readonly calls = new Map<Node, ResolvedCall>();
  readonly typeNames = new Map<Node, Type>();

  constructor(expression: string, variables: ReadonlyMap<string, Type>) {
    this.#expression = expression;
    this.#variables = variables;
  }

  check(node: Node, scope?: Scope): Type {
    const type = this.#check(node, scope);
    this.#types.set(node, type);
    return type;
  }

  finalType(node: Node): Type {
    return this.#substitutions.resolve(this.#types.get(node) ?? DYN, 'dyn');
  }

  #fail(node: Node, cause: string): Error {
    return compileError(this.#expression, node.at, cause);
  }

  #check(node: Node, scope: Scope | undefined): Type {
    switch (node.kind) {
      case 'literal':
        return literalType(node.value);
      case 'ident':
        return this.#ident(node, scope);
      case 'select':
        return this.#selection(node, scope);
      case 'has':
        this.#field(node, node.operand, scope);
        return BOOL;
      case 'call':
        return this.#call(node, scope);
      case 'logic':
        for (const term of node.terms) this.#condition(term, this.check(term, scope));
        return BOOL;
      case 'list':
        return this.#list(node.elements, scope);
      case 'map':
        return this.#map(node.entries, scope);
      case 'comprehension':
        return this.#comprehension(node, scope);
      case 'optMap':
        return this.#optMap(node, scope);
    }
  }

  #condition(node: Node, type: Type): void {
    if (this.#substitutions.assignable([type], [BOOL])) return;
    throw this.#fail(node, `expected type 'bool' but found '${this.#show(type)}'`);
  }

  #show(type: Type): string {
    return showType(this.#substitutions.resolve(type, 'dyn'));
  }

  #ident(node: Extract<Node, { kind: 'ident' }>, scope: Scope | undefined): Type {
    const local = node.absolute ? undefined : localType(node.name, scope);
    if (local !== undefined) return local;
    const declared = this.#variables.get(node.name);
    if (declared !== undefined) {
      this.reads.add(node.name);
      return declared;
    }
    const type = TYPES.get(node.name);
    if (type === undefined) throw this.#fail(node, `undeclared reference to '${node.name}'`);
    this.typeNames.set(node, type);
    return typeOf(type);
  }

  #selection(node: Extract<Node, { kind: 'select' }>, scope: Scope | undefined): Type {
    const type = TYPES.get(qualifiedName(node) ?? '');
    if (type !== undefined && !startsLocally(node, scope)) {
      this.typeNames.set(node, type);
      return typeOf(type);
    }
    const { field, optional } = this.#field(node, node.operand, scope);
    return optional || node.optional ? optionalOf(field) : field;
  }

  #field(node: Node, operand: Node, scope: Scope | undefined): { field: Type; optional: boolean } {
    const type = this.#substitutions.resolve(this.check(operand, scope));
    const optional = type.kind === 'optional';
    const target = optional ? (type.of[0] ?? DYN) : type;
    if (target.kind === 'map') return { field: this.#substitutions.resolve(target.of[1] ?? DYN), optional };
    if (target.kind === 'param') this.#substitutions.assignable([DYN], [target]);
    else if (target.kind !== 'dyn') {
      throw this.#fail(node, `type '${this.#show(target)}' does not support field selection`);
    }
    return { field: DYN, optional };
  }

  #call(node: Extract<Node, { kind: 'call' }>, scope: Scope | undefined): Type {
    const { target } = node;
    const types = node.args.map((arg) => this.check(arg, scope));
    const prefix = target === undefined ? undefined : qualifiedName(target);
    const qualified = prefix === undefined ? undefined : FUNCTIONS.get(`${prefix}.${node.name}`);
    if (qualified !== undefined) return this.#resolve(node, qualified, node.args, types, false);
    if (target !== undefined) types.unshift(this.check(target, scope));
    const fn = FUNCTIONS.get(node.name);
    if (fn === undefined || fn.name.includes('.')) {
      throw this.#fail(node, `undeclared reference to '${node.name.slice(0, 100)}'`);
    }
    return this.#resolve(
      node,
      fn,
      target === undefined ? node.args : [target, ...node.args],
      types,
      target !== undefined,
    );
  }

  #resolve(node: Node, fn: CelFunction, args: readonly Node[], types: readonly Type[], member: boolean): Type {
    const result = this.#overload(fn, types, member);
    if (result === undefined) {
      const shown = types.map((type) => this.#show(type)).join(', ');
      throw this.#fail(node, `found no matching overload for '${fn.name}' applied to '(${shown})'`.slice(0, 500));
    }
    this.calls.set(node, { fn, args });
    return result;
  }

  #overload(fn: CelFunction, types: readonly Type[], member: boolean): Type | undefined {
    let result: Type | undefined;
    for (const overload of fn.overloads) {
      if (overload.member !== member) continue;
      const fresh = this.#instantiate([...overload.params, overload.result]);
      if (!this.#substitutions.assignable(types, fresh.slice(0, -1))) continue;
      const next = this.#substitutions.resolve(fresh.at(-1) ?? DYN);
      if (result === undefined) result = next;
      else if (result.kind !== 'dyn' && !sameType(result, next)) result = DYN;
    }
    return result;
  }

  /** Each call has type parameters of its own. */
  #instantiate(types: readonly Type[]): Type[] {
    const names = new Map<string, Type>();
    const copy = (type: Type): Type => {
      if (type.kind === 'param') {
        const known = names.get(type.name ?? '') ?? this.#substitutions.fresh();
        names.set(type.name ?? '', known);
        return known;
      }
      return type.of.length === 0 ? type : { kind: type.kind, of: type.of.map(copy) };
    };
    return types.map(copy);
  }

  #join(previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current;
    return this.#substitutions.assignable([previous], [current]) ? moreGeneral(previous, current) : DYN;
  }

  #element(node: Node, optional: boolean, scope: Scope | undefined): Type {
    const type = this.check(node, scope);
    if (!optional) return type;
    if (type.kind === 'optional') return type.of[0] ?? DYN;
    if (type.kind === 'dyn') return type;
    throw this.#fail(node, `expected type 'optional_type(${this.#show(type)})' but found '${this.#show(type)}'`);
  }

  #list(elements: Extract<Node, { kind: 'list' }>['elements'], scope: Scope | undefined): Type {
    let joined: Type | undefined;
    for (const { value, optional } of elements) joined = this.#join(joined, this.#element(value, optional, scope));
    return listOf(joined ?? this.#substitutions.fresh());
  }

  #map(entries: Extract<Node, { kind: 'map' }>['entries'], scope: Scope | undefined): Type {
    let keys: Type | undefined;
    let values: Type | undefined;
    for (const { key, value, optional } of entries) {
      keys = this.#join(keys, this.check(key, scope));
      values = this.#join(values, this.#element(value, optional, scope));
    }
    return mapOf(keys ?? this.#substitutions.fresh(), values ?? this.#substitutions.fresh());
  }

  #comprehension(node: Comprehension, outer: Scope | undefined): Type {
    const range = this.#substitutions.resolve(this.check(node.range, outer));
    const scope = { name: node.variable, type: this.#elementOf(node, range), outer };
    const { filter, body } = node;
    if (filter !== undefined) this.#condition(filter, this.check(filter, scope));
    if (node.macro !== 'map' && node.macro !== 'filter') return BOOL;
    const result = listOf(this.#substitutions.fresh());
    this.#substitutions.assignable([result], [listOf(body === undefined ? scope.type : this.check(body, scope))]);
    return this.#substitutions.resolve(result);
  }

  #elementOf(node: Comprehension, range: Type): Type {
    if (range.kind === 'list' || range.kind === 'map') return range.of[0] ?? DYN;
    if (range.kind === 'param') this.#substitutions.assignable([DYN], [range]);
    else if (range.kind !== 'dyn') {
      const found = this.#show(range);
      throw this.#fail(node.range, `expression of type '${found}' cannot be range of a comprehension`);
    }
    return DYN;
  }

  #optMap(node: Extract<Node, { kind: 'optMap' }>, outer: Scope | undefined): Type {
    const target = this.check(node.target, outer);
    const value = this.#substitutions.fresh();
    if (!this.#substitutions.assignable([target], [optionalOf(value)])) {
      throw this.#fail(node, `found no matching overload for 'hasValue' applied to '${this.#show(target)}.()'`);
    }
    const body = this.check(node.body, { name: node.variable, type: this.#substitutions.resolve(value), outer });
    const conditional = FUNCTIONS.get(CONDITIONAL) as CelFunction;
    const yes = node.flat ? body : optionalOf(body);
    const result = this.#overload(conditional, [BOOL, yes, optionalOf(this.#substitutions.fresh())], false);
    if (result !== undefined) return result;
    throw this.#fail(node, `expected type 'optional_type' but found '${this.#show(body)}'`);
  }
}

const LITERALS: Readonly<Record<string, Type>> = {
  boolean: BOOL,
  bigint: INT,
  number: scalar('double'),
  string: STRING,
};

function literalType(value: unknown): Type {
  return LITERALS[typeof value] ?? scalar(kindOf(value) ?? 'null');
}

/** @throws CelCompileError for names that are not declared, and types that do not fit. */
export function check(expression: string, root: Node, variables: ReadonlyMap<string, Type>): Checked {
  const checker = new Checker(expression, variables);
  checker.check(root);
  return {
    type: checker.finalType(root),
    reads: checker.reads,
    calls: checker.calls,
    typeNames: checker.typeNames,
    typeOf: (node) => checker.finalType(node),
  };
}
