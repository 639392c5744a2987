/** Text, ms since 1970 and what is finer than that of a time in RFC 3339. */
const FRACTION = /\.(\d+)/;

/**
 * Whether a target has handled what was asked of it: `lastHandledReconcileAt` is our value, or a later time.
 * @param requestedAt RFC 3339 with nanoseconds.
 */
export function isHandled(lastHandled: string | undefined, requestedAt: string): boolean {
  if (lastHandled === undefined) return false;
  if (lastHandled === requestedAt) return true;
  const [handledMs, requestedMs] = [Date.parse(lastHandled), Date.parse(requestedAt)];
  if (handledMs !== requestedMs) return handledMs > requestedMs;
  return fractionOf(lastHandled) >= fractionOf(requestedAt);
}

function fractionOf(time: string): string {
  return (FRACTION.exec(time)?.[1] ?? '').padEnd(9, '0');
}
