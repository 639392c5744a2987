/** How the library's functions are declared: signatures for the type checker beside the code that runs. */
import type { Budget } from '../evaluate/bounds.ts';
import { kindOf } from '../evaluate/values.ts';
import { readTypes } from './type-text.ts';
import { DYN, type Type } from './types.ts';

/** One signature of a function. Of a member the receiver is the first parameter. */
export interface Overload {
  readonly member: boolean;
  readonly params: readonly Type[];
  readonly result: Type;
}

/** A function of the library, with all its signatures. */
export interface CelFunction {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** Throws Failure itself for types that no signature has, so its arguments need no check before. */
  readonly total: boolean;
  readonly run: (budget: Budget, ...args: unknown[]) => unknown;
}

/** `(A, B): R` is a global signature, `A.(B): R` that of a member. */
function readSignature(signature: string): Overload {
  const [params = '', result = ''] = signature.split(/:\s*/);
  const [, receiver, args = ''] = /^(?:(.*)\.)?\((.*)\)$/.exec(params) ?? [];
  const member = receiver !== undefined;
  return {
    member,
    params: [...(member ? readTypes(receiver) : []), ...readTypes(args)],
    result: readTypes(result)[0] ?? DYN,
  };
}

/** A function whose code is called only with values that fit one of its signatures. */
export function define<A extends readonly unknown[]>(
  name: string,
  signatures: readonly string[],
  run: (budget: Budget, ...args: A) => unknown,
): CelFunction {
  return {
    name,
    overloads: signatures.map(readSignature),
    total: false,
    // The signatures are what makes the parameters' types true.
    run: run as unknown as CelFunction['run'],
  };
}

/** A function that takes any values, and refuses by itself those it has no meaning for. */
export function defineTotal(name: string, signatures: readonly string[], run: CelFunction['run']): CelFunction {
  return { name, overloads: signatures.map(readSignature), total: true, run };
}

/** The test whether so many values fit one of the function's signatures, by their kinds alone. */
export function accepting(fn: CelFunction, count: number): (args: readonly unknown[]) => boolean {
  const signatures = fn.overloads
    .filter(({ params }) => params.length === count)
    .map(({ params }) => params.map(({ kind }) => (kind === 'dyn' || kind === 'param' ? undefined : kind)));
  return (args) => {
    const kinds = args.map(kindOf);
    return signatures.some((signature) => signature.every((kind, i) => kind === undefined || kind === kinds[i]));
  };
}
