/** All functions and types that an expression may name: cel-go's environment in Flux. */

import { type CelFunction, defineTotal } from '../check/overloads.ts';
import { BOOL, DYN, INT, listOf, mapOf, STRING, scalar, type Type } from '../check/types.ts';
import { CONDITIONAL } from '../parse/syntax.ts';
import { CONTAINERS } from './collections.ts';
import { CONVERSIONS } from './conversions.ts';
import { OPERATORS } from './operators.ts';
import { STRINGS } from './strings.ts';

// Only for the type checker; the planner runs one branch of it.
const conditional = defineTotal(CONDITIONAL, ['(bool, A, A): A'], (_, __, yes) => yes);

/** By name; operators have their names of syntax.ts or their sign. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map(
  [...OPERATORS, ...CONVERSIONS, ...STRINGS, ...CONTAINERS, conditional].map((entry) => [entry.name, entry]),
);

/** The names of types that are values. */
export const TYPES: ReadonlyMap<string, Type> = new Map([
  ['bool', BOOL],
  ['int', INT],
  ['string', STRING],
  ...['uint', 'double', 'bytes'].map((name) => [name, scalar(name)] as const),
  ['null_type', scalar('null')],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['type', { kind: 'type', of: [] }],
  ['optional_type', { kind: 'optional', of: [] }],
  ['google.protobuf.Timestamp', scalar('timestamp')],
  ['google.protobuf.Duration', scalar('duration')],
]);
