/** Writes an event as Flux sends it on: in its order of fields, without those that are optional and empty. */
import type { FluxEvent } from '../flux-event.ts';
import { type GoJson, goJson } from './go-json.ts';

const known = new WeakMap<FluxEvent, string>();

/** The bytes that signatures and hashes are made over; made once an event. */
export function eventJson(event: FluxEvent): string {
  let json = known.get(event);
  if (json === undefined) {
    json = goJson(eventFields(event));
    known.set(event, json);
  }
  return json;
}

/** The event as a value, to be put into other JSON. */
export function eventFields(event: FluxEvent): { readonly [key: string]: GoJson } {
  const { involvedObject: object, metadata } = event;
  return {
    involvedObject: {
      kind: object.kind || undefined,
      namespace: object.namespace || undefined,
      name: object.name || undefined,
      uid: object.uid || undefined,
      apiVersion: object.apiVersion || undefined,
      resourceVersion: object.resourceVersion || undefined,
      fieldPath: object.fieldPath || undefined,
    },
    severity: event.severity,
    timestamp: event.timestamp,
    message: event.message,
    reason: event.reason,
    metadata: metadata.size === 0 ? undefined : metadata,
    reportingController: event.reportingController,
    reportingInstance: event.reportingInstance || undefined,
  };
}
