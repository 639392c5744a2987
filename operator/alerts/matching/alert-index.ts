/** Finds the Alerts that an event may be for by its object's kind and namespace, however many others there are. */
import type { FluxEvent } from '../flux-event.ts';
import type { CompiledAlert } from './compile-alert.ts';

export interface AlertIndex {
  get(key: string): CompiledAlert | undefined;
  set(alert: CompiledAlert): void;
  delete(key: string): void;
  /** Those with a source of the event's kind and namespace, in the order in which they came. */
  candidates({ involvedObject }: FluxEvent): Iterable<CompiledAlert>;
}

export function createAlertIndex(): AlertIndex {
  const alerts = new Map<string, CompiledAlert>();
  const byPlace = new Map<string, Map<string, CompiledAlert>>();
  function remove(key: string): void {
    for (const place of placesOf(alerts.get(key))) {
      const there = byPlace.get(place);
      there?.delete(key);
      if (there?.size === 0) byPlace.delete(place);
    }
    alerts.delete(key);
  }
  return {
    get: (key) => alerts.get(key),
    set(alert) {
      remove(alert.key);
      alerts.set(alert.key, alert);
      for (const place of placesOf(alert)) {
        const there = byPlace.get(place) ?? new Map<string, CompiledAlert>();
        byPlace.set(place, there.set(alert.key, alert));
      }
    },
    delete: remove,
    candidates({ involvedObject: { kind, namespace } }) {
      const named = byPlace.get(`${kind}/${namespace}`);
      const all = byPlace.get(`${kind}/*`);
      if (named === undefined || all === undefined) return (named ?? all)?.values() ?? [];
      return new Map([...named, ...all]).values();
    },
  };
}

function placesOf(alert: CompiledAlert | undefined): ReadonlySet<string> {
  return new Set(alert?.sources.map(({ kind, namespace }) => `${kind}/${namespace}`));
}
