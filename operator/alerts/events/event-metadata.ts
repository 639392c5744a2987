/** Which of an event's metadata are kept, and how they are combined with those of an Alert (contract, *Metadata*). */
import type { Alert } from '../../api/alert/alert.ts';
import { type FluxEvent, groupOf } from '../flux-event.ts';
import { compareBytes } from './compare-bytes.ts';

/** What users write into an object's annotations, and what every controller may send. */
export const EVENT_PREFIX = 'event.toolkit.fluxcd.io/';
/** Never sent on, in any case. */
const DROPPED = new Set(['checksum', 'digest']);

/** From weak to strong. */
const SOURCES = [
  'involved object annotations',
  'Alert object .spec.eventMetadata',
  'Alert object .spec.summary',
  'involved object controller metadata',
] as const;

export interface Combined {
  readonly metadata: ReadonlyMap<string, string>;
  /** The keys that came from several sources, sorted, each with its sources from weak to strong. */
  readonly conflicts: readonly { readonly key: string; readonly sources: readonly string[] }[];
}

/** The event with the metadata that may be sent on: with one of two prefixes, and no checksum or digest. */
export function withKeptMetadata(event: FluxEvent): FluxEvent {
  const group = `${groupOf(event.involvedObject)}/`;
  const kept = [...event.metadata].filter(([key]) => {
    if (key.startsWith(group)) return !DROPPED.has(key.slice(group.length).toLowerCase());
    return key.startsWith(EVENT_PREFIX);
  });
  return { ...event, metadata: new Map(kept) };
}

/** The event without the token, which only distinguishes one event from another. */
export function withoutToken(event: FluxEvent): FluxEvent {
  const key = controllerKey(event, 'token');
  if (!event.metadata.has(key)) return event;
  return { ...event, metadata: new Map([...event.metadata].filter(([each]) => each !== key)) };
}

/** The key under which the object's controller sends `name`. */
export function controllerKey({ involvedObject }: FluxEvent, name: string): string {
  return `${groupOf(involvedObject)}/${name}`;
}

/** @param event whose metadata still have their prefixes. */
export function combineMetadata(event: FluxEvent, { spec }: Alert): Combined {
  const group = `${groupOf(event.involvedObject)}/`;
  const ofSources: readonly (readonly (readonly [string, string])[])[] = [
    unprefixed(event.metadata, EVENT_PREFIX),
    Object.entries(spec.eventMetadata ?? {}),
    spec.summary ? [['summary', spec.summary]] : [],
    unprefixed(event.metadata, group),
  ];
  const values = new Map<string, string>();
  const sourcesOf = new Map<string, string[]>();
  for (const [index, entries] of ofSources.entries()) {
    for (const [key, value] of entries) {
      values.set(key, value);
      const sources = sourcesOf.get(key) ?? [];
      sources.push(SOURCES[index] ?? '');
      sourcesOf.set(key, sources);
    }
  }
  const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => compareBytes(one, other);
  const conflicts = [...sourcesOf].filter(([, sources]) => sources.length > 1).sort(byKey);
  return {
    metadata: new Map([...values].sort(byKey)),
    conflicts: conflicts.map(([key, sources]) => ({ key, sources })),
  };
}

function unprefixed(metadata: ReadonlyMap<string, string>, prefix: string): (readonly [string, string])[] {
  return [...metadata]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);
}
