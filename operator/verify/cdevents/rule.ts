/** What a JSON value must be, as compact data: the part of JSON Schema that the schemas of CDEvents use. */

/** `string` may be empty, the others are strings with something in them. */
export type TextRule = 'string' | 'text' | 'uri-reference' | 'date-time';

/** An object with these fields; other fields are ignored. */
export interface ObjectRule {
  readonly required?: Fields;
  readonly optional?: Fields;
  /** Other fields are kept: with no field named, any object. */
  readonly open?: true;
  /** Where it is required and absent, its fields are judged as those of an empty object. */
  readonly absentIsEmpty?: true;
}

type Fields = Readonly<Record<string, Rule>>;

export type Rule =
  | TextRule
  | ObjectRule
  | { readonly enum: readonly string[] }
  | { readonly pattern: string }
  | { readonly listOf: Rule }
  | { readonly anyOf: readonly Rule[] };

/** A type of event: the version of its schema, the type of its subject and what its subject's content is. */
export interface EventRule {
  readonly version: string;
  readonly subject: string;
  /** The subject's `source`; `uri-reference` when it is not said. */
  readonly source?: TextRule;
  readonly content: ObjectRule;
}
