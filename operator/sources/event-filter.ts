/** Whether a type of event is listed. */
export type EventFilter = (type: string) => boolean;

/**
 * @param events of `spec.events`, compared without regard to case; `*` at the end makes one the beginning of others.
 * @returns undefined where the list is empty: every event, also one without a type.
 */
export function compileEvents(events: readonly string[]): EventFilter | undefined {
  if (events.length === 0) return undefined;
  const names = events.map((event) => event.toLowerCase());
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  return (type) => {
    const name = type.toLowerCase();
    return name !== '' && (exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix)));
  };
}
