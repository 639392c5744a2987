/** Cuts a text to a service's limit, which counts UTF-16 units; an ellipsis shows the cut, and no character is halved. */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, maxLength - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}
