/** U+017F, the one letter beyond ASCII that Go's folding makes an ASCII letter and `toLowerCase` does not. */
const LONG_S = /\u017f/g;

/** A name in which case does not count, as Go's encoding/json matches the fields of a struct. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(LONG_S, 's');
}
