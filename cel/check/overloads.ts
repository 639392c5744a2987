/** How the library's functions are declared: signatures for the type checker beside the code that runs. */
import type { Budget } from '../evaluate/bounds.ts';
import { kindOf } from '../evaluate/values.ts';
import { DYN, listOf, mapOf, optionalOf, param, scalar, type Type, typeOf } from './types.ts';

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
  /** Throws Failure itself for types that no signature has, so nobody need look before. */
  readonly total: boolean;
  readonly run: (budget: Budget, ...args: unknown[]) => unknown;
}

const PART = /\s*([A-Za-z]+|[(),])/gy;
const WRAPPERS: Readonly<Record<string, (...of: Type[]) => Type>> = {
  list: listOf,
  map: mapOf,
  optional: optionalOf,
  type: typeOf,
};

/** Reads `map(K, list(V))`: capital letters are type parameters. */
function readTypes(text: string): Type[] {
  const parts = Array.from(text.matchAll(PART), (found) => found[1] ?? '');
  let next = 0;
  const readType = (): Type => {
    const name = parts[next++] ?? '';
    if (parts[next] !== '(') return /^[A-Z]$/.test(name) ? param(name) : scalar(name);
    next += 1;
    const of = readList();
    next += 1;
    return WRAPPERS[name]?.(...of) ?? DYN;
  };
  const readList = (): Type[] => {
    const types = [readType()];
    while (parts[next] === ',') {
      next += 1;
      types.push(readType());
    }
    return types;
  };
  return parts.length === 0 ? [] : readList();
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

/** Whether values may be passed for a signature's parameters, by their kinds alone. */
export function accepts(overload: Overload, args: readonly unknown[]): boolean {
  const { params } = overload;
  if (params.length !== args.length) return false;
  for (let i = 0; i < params.length; i += 1) {
    const kind = params[i]?.kind;
    if (kind !== 'dyn' && kind !== 'param' && kind !== kindOf(args[i])) return false;
  }
  return true;
}
