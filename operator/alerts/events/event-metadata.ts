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

type Entry = readonly [string, string];

export interface Combined {
  readonly metadata: ReadonlyMap<string, string>;
  /** The keys that came from several sources, sorted, each with its sources from weak to strong. */
  readonly conflicts: readonly { readonly key: string; readonly sources: readonly string[] }[];
}

/** The event with the metadata that may be sent on: with one of two prefixes, and no checksum or digest. */
export function withKeptMetadata(event: FluxEvent): FluxEvent {
  const group = `${groupOf(event.involvedObject)}/`;
  const kept = new Map<string, string>();
  for (const [key, value] of event.metadata) if (isKept(key, group)) kept.set(key, value);
  return kept.size === event.metadata.size ? event : { ...event, metadata: kept };
}

function isKept(key: string, group: string): boolean {
  if (key.startsWith(group)) return !DROPPED.has(key.slice(group.length).toLowerCase());
  return key.startsWith(EVENT_PREFIX);
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
  const ofSources: readonly (readonly Entry[])[] = [
    unprefixed(event.metadata, EVENT_PREFIX),
    Object.entries(spec.eventMetadata ?? {}),
    spec.summary ? [['summary', spec.summary]] : [],
    unprefixed(event.metadata, group),
  ];
  const values = new Map(ofSources.flat());
  const metadata = new Map([...values].sort(([one], [other]) => compareBytes(one, other)));
  const count = ofSources.reduce((sum, entries) => sum + entries.length, 0);
  return { metadata, conflicts: count === values.size ? [] : conflictsIn(ofSources, metadata) };
}

const combinedAlone = new WeakMap<FluxEvent, CombinedEvent>();

export interface CombinedEvent extends Pick<Combined, 'conflicts'> {
  readonly event: FluxEvent;
}

/** The event with its combined metadata: one and the same for all Alerts that add none, so that its JSON is made once. */
export function combinedEvent(event: FluxEvent, alert: Alert): CombinedEvent {
  const { summary, eventMetadata } = alert.spec;
  if (summary || Object.keys(eventMetadata ?? {}).length > 0) return combined(event, alert);
  const known = combinedAlone.get(event);
  if (known !== undefined) return known;
  const made = combined(event, alert);
  combinedAlone.set(event, made);
  return made;
}

function combined(event: FluxEvent, alert: Alert): CombinedEvent {
  const { metadata, conflicts } = combineMetadata(event, alert);
  return { event: { ...event, metadata }, conflicts };
}

function conflictsIn(ofSources: readonly (readonly Entry[])[], metadata: Combined['metadata']): Combined['conflicts'] {
  const keysOf = ofSources.map((entries) => new Set(entries.map(([key]) => key)));
  const sourcesOf = (key: string) => SOURCES.filter((_source, index) => keysOf[index]?.has(key) === true);
  const conflicts = [...metadata.keys()].map((key) => ({ key, sources: sourcesOf(key) }));
  return conflicts.filter(({ sources }) => sources.length > 1);
}

function unprefixed(metadata: ReadonlyMap<string, string>, prefix: string): Entry[] {
  const entries: Entry[] = [];
  for (const [key, value] of metadata) if (key.startsWith(prefix)) entries.push([key.slice(prefix.length), value]);
  return entries;
}
