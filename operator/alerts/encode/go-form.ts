/** Writes a query or a form as Go does: keys sorted, and only `-`, `_`, `.`, `~` beside letters and digits as they are. */
export function goForm(fields: URLSearchParams): string {
  const sorted = new URLSearchParams(fields);
  sorted.sort();
  return sorted.toString().replaceAll('*', '%2A').replaceAll('%7E', '~');
}
