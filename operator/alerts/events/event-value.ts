import { eventJson } from '../encode/event-json.ts';
import type { FluxEvent } from '../flux-event.ts';

/** The event as expressions see it: as its JSON. @param event with combined metadata. */
export function eventValue(event: FluxEvent): unknown {
  return JSON.parse(eventJson(event));
}
