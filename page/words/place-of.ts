/** Where a filter cannot be read, from the message about it. */

export interface Place {
  /** `spec.resourceFilter`, `spec.resources[0].filter` */
  readonly field: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in characters. */
  readonly column: number;
}

/** @param message as `spec.resourceFilter: 1:26: found no …`; undefined: it names no place. */
export function placeOf(message: string): Place | undefined {
  const [, field, line, column] =
    /^(spec\.(?:resourceFilter|resources\[\d+\]\.filter)): (\d+):(\d+): /.exec(message) ?? [];
  return field === undefined ? undefined : { field, line: Number(line), column: Number(column) };
}

/** The character at a place, or the last one where the text ends before it. */
export function rangeOf(text: string, { line, column }: Place): { readonly from: number; readonly to: number } {
  const before = text.split('\n').slice(0, line - 1);
  const start = before.reduce((length, each) => length + each.length + 1, 0) + column - 1;
  const from = Math.max(0, Math.min(start, text.length - 1));
  return { from, to: from + 1 };
}
