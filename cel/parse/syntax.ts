/** The syntax tree of a CEL expression, as the parser builds it; macros are nodes of their own. */

/** What a node has in common: where it begins, in UTF-16 units from the start of the expression. */
interface At {
  readonly at: number;
}

export type Node =
  | (At & { readonly kind: 'literal'; readonly value: unknown })
  /** `absolute`: with a dot in front, so that it is never the variable of a macro. */
  | (At & { readonly kind: 'ident'; readonly name: string; readonly absolute: boolean })
  | (At & { readonly kind: 'select'; readonly operand: Node; readonly field: string; readonly optional: boolean })
  | (At & { readonly kind: 'has'; readonly operand: Node; readonly field: string })
  | (At & { readonly kind: 'call'; readonly name: string; readonly target: Node | undefined; readonly args: Node[] })
  | (At & { readonly kind: 'logic'; readonly or: boolean; readonly terms: Node[] })
  | (At & { readonly kind: 'list'; readonly elements: Entry[] })
  | (At & { readonly kind: 'map'; readonly entries: MapEntry[] })
  | Comprehension
  | (At & {
      readonly kind: 'optMap';
      readonly flat: boolean;
      readonly target: Node;
      readonly variable: string;
      readonly body: Node;
    });

/** `range.macro(variable, …)`; `filter` is the predicate, `body` the transformation, where there is one. */
export interface Comprehension extends At {
  readonly kind: 'comprehension';
  readonly macro: 'all' | 'exists' | 'exists_one' | 'map' | 'filter';
  readonly range: Node;
  readonly variable: string;
  readonly filter: Node | undefined;
  readonly body: Node | undefined;
}

/** An element of a list; with `?` in front, an optional that is left out when it has no value. */
export interface Entry {
  readonly value: Node;
  readonly optional: boolean;
}

/** An entry of a map literal. */
export interface MapEntry extends Entry {
  readonly key: Node;
}

/** The names that operators have as functions, so that one table of overloads serves both. */
export const INDEX = '_[_]';
export const OPTIONAL_INDEX = '_[?_]';
export const CONDITIONAL = '_?_:_';
export const NEGATE = '-_';
export const NOT = '!_';
