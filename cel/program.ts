/** What a compiled CEL expression offers; `compile` makes them. */
export interface Program {
  /** The names of the variables that the expression reads (`req`, `res`, `claims`, `vars`). */
  readonly reads: ReadonlySet<string>;
  /**
   * Runs within bounds of time and size.
   * @throws CelRuntimeError when the expression fails on these values or leaves the bounds.
   */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
  /**
   * The only value of the field `keyedBy` for which the expression can be true, worked out without that field's variable.
   * Undefined: the expression has none.
   * @throws CelRuntimeError as `evaluate`
   */
  key?(variables: Readonly<Record<string, unknown>>): unknown;
}
