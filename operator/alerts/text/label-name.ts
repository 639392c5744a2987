/** A name that every Prometheus takes for a label: letters, digits and underscores, no digit in front. */
export function labelName(key: string): string {
  return key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
}
