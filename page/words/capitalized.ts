/** A message as a sentence. One that begins with a name of a field stays as it is. */
export function capitalized(text: string): string {
  return /^[a-z]+(?:[A-Z.[]|$)/.test(text) ? text : text.replace(/^[a-z]/, (first) => first.toUpperCase());
}
