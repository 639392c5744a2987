/** Reads types as they are written in declarations: `map(string, list(dyn))`. */
import { DYN, listOf, mapOf, optionalOf, param, scalar, type Type, typeOf } from './types.ts';

const PART = /\s*([A-Za-z_.]+|[(),])/gy;
const WRAPPERS: Readonly<Record<string, (...of: Type[]) => Type>> = {
  list: listOf,
  map: mapOf,
  optional: optionalOf,
  optional_type: optionalOf,
  type: typeOf,
};

/** Names that cel-go writes, which differ from ours. */
const SCALARS: Readonly<Record<string, string>> = {
  null_type: 'null',
  'google.protobuf.Timestamp': 'timestamp',
  'google.protobuf.Duration': 'duration',
};

/** A list of types, as the parameters of a signature; capital letters are type parameters. @throws TypeError */
export function readTypes(text: string): Type[] {
  const parts = Array.from(text.matchAll(PART), (found) => found[1] ?? '');
  let next = 0;
  const readOne = (): Type => {
    const name = parts[next++] ?? '';
    if (parts[next] !== '(') return /^[A-Z]$/.test(name) ? param(name) : scalar(SCALARS[name] ?? name);
    next += 1;
    const of = readList();
    next += 1;
    const wrap = WRAPPERS[name];
    if (wrap === undefined) throw new TypeError(`no type ${name}`);
    return wrap(...of);
  };
  const readList = (): Type[] => {
    const types = [readOne()];
    while (parts[next] === ',') {
      next += 1;
      types.push(readOne());
    }
    return types;
  };
  if (parts.length === 0) return [];
  const types = readList();
  if (next < parts.length) throw new TypeError(`not a type: ${text}`);
  return types;
}

/** One type: `map(string, dyn)`. @throws TypeError for a name that is no type. */
export function readType(text: string): Type {
  return readTypes(text)[0] ?? DYN;
}
