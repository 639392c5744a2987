/**
 * Declares values: each with its kind, its default and its meaning. The TypeScript types, the JSON schema, `values.yaml`
 * and the table of the documentation derive from the declaration in values.ts.
 */

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a value may be. */
export interface Kind<T> {
  readonly schema: Schema;
  /** For people: `text`, `one of A, B`. */
  readonly words: string;
  /** Carries the type alone; never set. */
  readonly is?: T;
}

/** One value. */
export interface Value<T> {
  readonly kind: Kind<T>;
  readonly default: T;
  /** In sentences. */
  readonly help: string;
}

/** Values under a common key. */
export interface Group<F extends Fields> {
  readonly fields: F;
  readonly help: string;
}

/** By key. */
export interface Fields {
  readonly [key: string]: Value<unknown> | Group<Fields>;
}

/** The type of all values of a declaration. */
export type ValuesOf<F> = {
  readonly [Key in keyof F]: F[Key] extends Group<infer Inner>
    ? ValuesOf<Inner>
    : F[Key] extends Value<infer T>
      ? T
      : never;
};

type Kinds = Readonly<Record<string, Kind<unknown>>>;
type TypeOf<K> = K extends Kind<infer T> ? T : never;
type Item<Required extends Kinds, Optional extends Kinds> = {
  readonly [Key in keyof Required]: TypeOf<Required[Key]>;
} & { readonly [Key in keyof Optional]?: TypeOf<Optional[Key]> };

export function value<T>(kind: Kind<T>, defaultValue: NoInfer<T>, help: string): Value<T> {
  return { kind, default: defaultValue, help };
}

export function group<F extends Fields>(help: string, fields: F): Group<F> {
  return { fields, help };
}

export function isGroup(field: Value<unknown> | Group<Fields>): field is Group<Fields> {
  return 'fields' in field;
}

/** Any text; '' where it is not set. */
export const text: Kind<string> = { schema: { type: 'string' }, words: 'text' };
/** A text that is not empty. */
export const name: Kind<string> = { schema: { type: 'string', minLength: 1 }, words: 'name' };
export const yesOrNo: Kind<boolean> = { schema: { type: 'boolean' }, words: 'true or false' };
export const cidr: Kind<string> = { schema: { type: 'string', format: 'cidr' }, words: 'CIDR' };
/** Labels or annotations. */
export const texts: Kind<Readonly<Record<string, string>>> = {
  schema: { type: 'object', additionalProperties: text.schema },
  words: 'map of texts',
};
/** A part of a pod, which the API server checks. */
export const partOfPod: Kind<object> = { schema: { type: 'object' }, words: 'map as in a pod' };

export function integer(minimum: number, maximum?: number): Kind<number> {
  return {
    schema: { type: 'integer', minimum, ...(maximum === undefined ? {} : { maximum }) },
    words: `whole number from ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}`,
  };
}

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  return { schema: { enum: choices }, words: `one of ${choices.join(', ')}` };
}

export function matching(pattern: string): Kind<string> {
  return { schema: { type: 'string', minLength: 1, pattern }, words: 'name' };
}

export function listOf<T>(item: Kind<T>): Kind<readonly T[]> {
  return { schema: { type: 'array', items: item.schema }, words: `list of: ${item.words}` };
}

/** A map with these keys and no others. */
export function item<R extends Kinds, O extends Kinds>(required: R, optional: O): Kind<Item<R, O>> {
  const schemas = Object.entries({ ...required, ...optional }).map(([key, { schema }]) => [key, schema] as const);
  return {
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(schemas),
      required: Object.keys(required),
    },
    words: `{${schemas.map(([key]) => key).join(', ')}}`,
  };
}
