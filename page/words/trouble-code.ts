/** The code of what went wrong; '': nothing did. */
export function troubleCode(code = ''): string {
  return code === 'Delivered' || code === 'done' ? '' : code;
}
