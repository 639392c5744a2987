import type { Alert } from '../../api/alert/alert.ts';
import { eventJson } from '../encode/event-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import { combineMetadata } from './event-metadata.ts';

/** The event as an Alert's expressions see it: as its JSON, with the metadata combined. */
export function eventValue(event: FluxEvent, alert: Alert): unknown {
  return JSON.parse(eventJson({ ...event, metadata: combineMetadata(event, alert).metadata }));
}
