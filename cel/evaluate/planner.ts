/** Turns a checked expression into closures that run it; what can be known before is worked out here. */

import type { Checked, ResolvedCall } from '../check/checker.ts';
import { showType } from '../check/types.ts';
import { FOLDED } from '../library/conversions.ts';
import { compilePattern } from '../library/regular-expression.ts';
import { compileError } from '../parse/source-position.ts';
import { CONDITIONAL, INDEX, type MapEntry, type Node, OPTIONAL_INDEX } from '../parse/syntax.ts';
import { Budget, Exhausted, Failure, MAX_COMPILE_STEPS, NO_OVERLOAD } from './bounds.ts';
import { planComprehension } from './comprehensions.ts';
import {
  CALL_COST,
  planCall,
  planConditional,
  planHas,
  planIndex,
  planLogic,
  planOr,
  planSelect,
  planVariable,
} from './operators.ts';
import type { Evaluate, Run } from './run.ts';
import { CelMap, CelOptional, CelType, kindOf, type ValueKind } from './values.ts';

const INDEX_KINDS: ReadonlySet<ValueKind> = new Set(['bool', 'int', 'uint', 'double', 'string']);
const NOT_OPTIONAL = new Failure('an optional element is not optional');

/** Told of each node that is no constant, as it is planned; gives what runs in its place. */
export type Observe = (node: Node, evaluate: Evaluate) => Evaluate;

/** Plans one expression. The names of macro variables in scope are passed down; their place is where the value lies. */
export class Planner {
  readonly #expression: string;
  readonly #checked: Checked;
  /** For all patterns of the expression together. */
  readonly #budget = new Budget(MAX_COMPILE_STEPS);
  readonly #constants = new Map<Evaluate, unknown>();

  readonly #observe: Observe | undefined;

  constructor(expression: string, checked: Checked, observe?: Observe) {
    this.#expression = expression;
    this.#checked = checked;
    this.#observe = observe;
  }

  plan(node: Node, locals: readonly string[] = []): Evaluate {
    const evaluate = this.#plan(node, locals);
    if (this.#observe === undefined || this.#knows(evaluate)) return evaluate;
    return this.#observe(node, evaluate);
  }

  #plan(node: Node, locals: readonly string[]): Evaluate {
    const type = this.#checked.typeNames.get(node);
    if (type !== undefined) return this.#constant(new CelType(showType({ ...type, of: [] })));
    switch (node.kind) {
      case 'literal':
        return this.#constant(node.value);
      case 'ident':
        return planVariable(node.name, node.absolute ? -1 : locals.lastIndexOf(node.name));
      case 'select':
        return planSelect(this.plan(node.operand, locals), node.field, node.optional);
      case 'has':
        return planHas(this.plan(node.operand, locals), node.field);
      case 'call':
        return this.#call(node, locals);
      case 'logic':
        return planLogic(
          node.or,
          node.terms.map((term) => this.plan(term, locals)),
        );
      case 'list':
        return this.#list(node, locals);
      case 'map':
        return this.#map(node.entries, locals);
      case 'comprehension':
        return planComprehension(this, node, locals);
      case 'optMap':
        return this.#optMap(node, locals);
    }
  }

  #constant(value: unknown): Evaluate {
    const evaluate = () => value;
    this.#constants.set(evaluate, value);
    return evaluate;
  }

  #knows(evaluate: Evaluate): boolean {
    return this.#constants.has(evaluate);
  }

  #call(node: Node, locals: readonly string[]): Evaluate {
    const call = this.#checked.calls.get(node) as ResolvedCall;
    const args = call.args.map((arg) => this.plan(arg, locals));
    const [first, second, third] = args;
    if (first === undefined) return planCall(call, args);
    if (second === undefined) {
      const isFolded = FOLDED.has(call.fn.name) && this.#knows(first);
      return isFolded ? this.#fold(node, planCall(call, args)) : planCall(call, args);
    }
    if (third !== undefined && call.fn.name === CONDITIONAL) return planConditional(first, second, third);
    return this.#binary(node, call, first, second) ?? planCall(call, args);
  }

  /** Undefined: nothing but a call of the function with its arguments. */
  #binary(node: Node, call: ResolvedCall, first: Evaluate, second: Evaluate): Evaluate | undefined {
    const { name } = call.fn;
    const constant = this.#constants.get(second);
    switch (name) {
      case 'or':
      case 'orValue':
        return planOr(first, second, name === 'or');
      case INDEX:
      case OPTIONAL_INDEX:
        if (this.#knows(second)) this.#checkIndex(node, constant);
        return planIndex(call, first, second);
      case 'in':
        // In a list that is known to be empty is nothing, not even what cannot be evaluated.
        return Array.isArray(constant) && constant.length === 0 ? this.#constant(false) : undefined;
      case 'matches':
        return typeof constant === 'string' ? this.#matches(node, first, constant) : undefined;
      default:
        return undefined;
    }
  }

  /** cel-go plans a constant index as a part of the path, and refuses one that no list or map could have. */
  #checkIndex(node: Node, index: unknown): void {
    const kind = kindOf(index) ?? 'null';
    if (INDEX_KINDS.has(kind)) return;
    throw compileError(this.#expression, node.at, `nothing has an index of type ${kind}`);
  }

  #guard<T>(node: Node, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Failure || error instanceof Exhausted)
        throw compileError(this.#expression, node.at, error.reason);
      throw error;
    }
  }

  #fold(node: Node, evaluate: Evaluate): Evaluate {
    return this.#constant(this.#guard(node, () => evaluate(noRun())));
  }

  #matches(node: Node, text: Evaluate, pattern: string): Evaluate {
    const compiled = this.#guard(node, () => compilePattern(pattern, this.#budget));
    return (run) => {
      const value = text(run);
      if (typeof value !== 'string') throw NO_OVERLOAD;
      return compiled.test(run.budget, value);
    };
  }

  #list({ elements }: Extract<Node, { kind: 'list' }>, locals: readonly string[]): Evaluate {
    const plans = elements.map(({ value }) => this.plan(value, locals));
    const anyOptional = elements.some(({ optional }) => optional);
    if (!anyOptional && plans.every((plan) => this.#knows(plan))) {
      return this.#constant(plans.map((plan) => this.#constants.get(plan)));
    }
    return (run) => {
      run.budget.list(plans.length);
      if (!anyOptional) return plans.map((plan) => plan(run));
      return plans.flatMap((plan, i) => (elements[i]?.optional === true ? present(plan(run)) : [plan(run)]));
    };
  }

  #map(entries: readonly MapEntry[], locals: readonly string[]): Evaluate {
    const plans = entries.map(({ key, value, optional }) => ({
      key: this.plan(key, locals),
      value: this.plan(value, locals),
      optional,
    }));
    const build: Evaluate = (run) => {
      run.budget.map(plans.length);
      const map = new CelMap();
      for (const { key, value, optional } of plans) {
        const name = key(run);
        const entry = value(run);
        for (const found of optional ? present(entry) : [entry]) map.set(name, found);
      }
      return map;
    };
    const known = plans.every(({ key, value, optional }) => !optional && this.#knows(key) && this.#knows(value));
    return known ? this.#constant(build(noRun())) : build;
  }

  #optMap(node: Extract<Node, { kind: 'optMap' }>, locals: readonly string[]): Evaluate {
    const target = this.plan(node.target, locals);
    const body = this.plan(node.body, [...locals, node.variable]);
    return (run) => {
      run.budget.spend(CALL_COST);
      const optional = target(run);
      if (!(optional instanceof CelOptional)) throw NO_OVERLOAD;
      if (optional.value === undefined) return CelOptional.NONE;
      run.locals[locals.length] = optional.value;
      const value = body(run);
      if (node.flat) return value;
      return new CelOptional(bare(value));
    };
  }
}

/** The run of what needs nothing from outside. */
const noRun = (): Run => ({ budget: new Budget(), variables: {}, locals: [] });

/** Of an optional element, the value that it has, or none. */
function present(value: unknown): unknown[] {
  if (!(value instanceof CelOptional)) throw NOT_OPTIONAL;
  return value.value === undefined ? [] : [value.value];
}

/** As cel-go has it in an optional: an inner optional is taken off, none becomes null, and a type its name. */
function bare(value: unknown): unknown {
  if (value instanceof CelType) return value.name;
  return value instanceof CelOptional ? (value.value ?? null) : value;
}
