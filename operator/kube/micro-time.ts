/**
 * The two ways Kubernetes writes a time into an object.
 */

/** metav1.MicroTime, RFC 3339 in UTC with exactly six digits of a second: `2026-01-02T15:04:05.000000Z`. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

/** metav1.Time, RFC 3339 in UTC to the second: `2026-01-02T15:04:05Z`. */
export function secondTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
