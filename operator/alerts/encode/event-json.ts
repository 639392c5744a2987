/** Writes an event as Flux sends it on: in its order of fields, without those that are optional and empty. */
import type { FluxEvent } from '../flux-event.ts';
import { escapeAsGo, type GoJson } from './go-json.ts';

const known = new WeakMap<FluxEvent, string>();

/** The bytes that signatures and hashes are made over; made once an event. */
export function eventJson(event: FluxEvent): string {
  let json = known.get(event);
  if (json === undefined) {
    json = encode(event);
    known.set(event, json);
  }
  return json;
}

/** As goJson(eventFields(event)) would, at a third of its cost: JSON.stringify does all but the metadata, which it would reorder. */
function encode(event: FluxEvent): string {
  const { metadata, reportingController, reportingInstance, ...before } = eventFields(event);
  const head = JSON.stringify(before).slice(0, -1);
  const tail = JSON.stringify({ reportingController, reportingInstance }).slice(1);
  if (metadata === undefined) return escapeAsGo(`${head},${tail}`);
  const entries = [...event.metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return escapeAsGo(`${head},"metadata":{${entries.join(',')}},${tail}`);
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
