/** Plans variables, operators and calls, of which the operands are planned already. */
import type { ResolvedCall } from '../check/checker.ts';
import { accepting } from '../check/overloads.ts';
import { hasField, optionalSelect, select } from '../library/collections.ts';
import { FAILURE_COST, Failure, NO_OVERLOAD } from './bounds.ts';
import type { Evaluate, Run } from './run.ts';
import { CelOptional } from './values.ts';

/** Steps for a call of a function that takes values of certain types only. */
export const CALL_COST = 6;
/** A variable that the expression reads was given no value. */
export const NO_VARIABLE = new Failure('a variable has no value');

export function planVariable(name: string, local: number): Evaluate {
  if (local >= 0) return ({ locals }) => locals[local];
  return ({ variables }) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) throw NO_VARIABLE;
    return value;
  };
}

export function planSelect(operand: Evaluate, field: string, optional: boolean): Evaluate {
  const get = optional ? optionalSelect : select;
  return (run) => {
    run.budget.spend();
    return get(operand(run), field);
  };
}

export function planHas(operand: Evaluate, field: string): Evaluate {
  return (run) => {
    run.budget.spend();
    return hasField(operand(run), field);
  };
}

/** An error of one side does not matter when another decides; which side comes first never matters. */
export function planLogic(or: boolean, terms: readonly Evaluate[]): Evaluate {
  return (run) => {
    run.budget.spend();
    let failure: Failure | undefined;
    for (const term of terms) {
      const value = truthOf(term, run);
      if (value === or) return or;
      if (typeof value !== 'boolean') failure ??= value;
    }
    if (failure !== undefined) throw failure;
    return !or;
  };
}

function truthOf(term: Evaluate, run: Run): boolean | Failure {
  try {
    const value = term(run);
    return typeof value === 'boolean' ? value : NO_OVERLOAD;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    run.budget.spend(FAILURE_COST);
    return error;
  }
}

export function planConditional(condition: Evaluate, yes: Evaluate, no: Evaluate): Evaluate {
  return (run) => {
    run.budget.spend();
    const value = condition(run);
    if (typeof value !== 'boolean') throw NO_OVERLOAD;
    return value ? yes(run) : no(run);
  };
}

/** As in cel-go, what is not an optional (of type dyn) is its own value. */
export function planOr(first: Evaluate, second: Evaluate, whole: boolean): Evaluate {
  return (run) => {
    run.budget.spend();
    const optional = first(run);
    if (!(optional instanceof CelOptional)) return optional;
    if (optional.value === undefined) return second(run);
    return whole ? optional : optional.value;
  };
}

/** In nothing nothing is looked up, so the index need not have a value. */
export function planIndex({ fn }: ResolvedCall, container: Evaluate, index: Evaluate): Evaluate {
  return (run) => {
    run.budget.spend();
    const value = container(run);
    return value === CelOptional.NONE ? value : fn.run(run.budget, value, index(run));
  };
}

export function planCall({ fn }: ResolvedCall, args: readonly Evaluate[]): Evaluate {
  const { run: call } = fn;
  const accepted = accepting(fn, args.length);
  const [first, second] = args;
  if (fn.total && first !== undefined && second !== undefined && args.length === 2) {
    return (run) => {
      run.budget.spend();
      return call(run.budget, first(run), second(run));
    };
  }
  return (run) => {
    run.budget.spend(CALL_COST);
    const values = args.map((arg) => arg(run));
    if (!fn.total && !accepted(values)) throw NO_OVERLOAD;
    return call(run.budget, ...values);
  };
}
