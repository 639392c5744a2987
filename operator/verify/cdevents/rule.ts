/** What a JSON value must be, as compact data: the part of JSON Schema that the schemas of CDEvents use. */

/** `string`; `text` is a string with something in it; the others are formats of a string. */
export type TextRule = 'string' | 'text' | 'uri' | 'uri-reference' | 'date-time';

/** An object with these fields. Other fields are refused, unless it is open. */
export interface ObjectRule {
  readonly required?: Fields;
  readonly optional?: Fields;
  readonly open?: true;
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
