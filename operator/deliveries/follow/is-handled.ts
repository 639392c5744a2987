/** What is finer than a second in a time of RFC 3339. */
const FRACTION = /\.(\d+)/;
const OURS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

/**
 * Whether a target has handled what was asked of it: `lastHandledReconcileAt` is our value, or a later time.
 * @param requestedAt RFC 3339 with nanoseconds.
 */
export function isHandled(lastHandled: string | undefined, requestedAt: string): boolean {
  if (lastHandled === undefined) return false;
  if (lastHandled === requestedAt) return true;
  // As Sluice writes them both, their text has their order.
  if (lastHandled.length === requestedAt.length && OURS.test(lastHandled)) return lastHandled > requestedAt;
  const [handledMs, requestedMs] = [Date.parse(lastHandled), Date.parse(requestedAt)];
  if (handledMs !== requestedMs) return handledMs > requestedMs;
  return fractionOf(lastHandled) >= fractionOf(requestedAt);
}

function fractionOf(time: string): string {
  return (FRACTION.exec(time)?.[1] ?? '').padEnd(9, '0');
}
