/** An object as the lists of the API have it: what it is, how it does, and what came last. */

import { ALERT_KIND, type Alert } from '../../api/alert/alert.ts';
import type { LastDelivery } from '../../api/deliveries.ts';
import type { Condition } from '../../api/meta.ts';
import type { KubeObject } from '../../kube/kube-client.ts';
import { objectKey } from '../records/object-ref.ts';
import type { ObjectRef } from '../records/record.ts';
import type { RecordView } from '../records/record-view.ts';
import type { FiltersView } from './filters-view.ts';
import { type Hours, type HoursByObject, hoursOf, newestFirst } from './known-records.ts';
import type { PageContext, Resolved } from './page-context.ts';

export interface ObjectView {
  readonly object: ObjectRef;
  /** Of an Alert that of its Provider. */
  readonly type: string;
  /** With the path, which is a secret: for who may read the object. */
  readonly url?: string;
  readonly conditions: readonly Condition[];
  readonly lastDelivery?: LastDelivery;
  readonly counts: { readonly hours: Hours };
  /** The median, from the arrival to the artifact. */
  readonly pushToArtifactMs?: number;
  /** Whether its targets can be found. */
  readonly resolved?: Resolved;
  /** Of a Receiver, where it alone is asked for. */
  readonly filters?: FiltersView;
}

/** What the views read of an object, whatever its kind. */
interface AnyObject extends KubeObject {
  readonly spec?: { readonly type?: string; readonly providerRef?: { readonly name?: string } };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly url?: string;
    readonly webhookPath?: string;
    readonly lastDelivery?: LastDelivery;
  };
}

export interface ObjectViewOptions {
  readonly context: Pick<PageContext, 'clock' | 'objects' | 'resolvedOf'>;
  readonly ref: ObjectRef;
  readonly value: KubeObject;
  /** Of this object, in any order. */
  readonly records: readonly RecordView[];
  readonly hours: HoursByObject;
  readonly withUrl: boolean;
}

export async function objectView(options: ObjectViewOptions): Promise<ObjectView> {
  const { context, ref, value, records, hours, withUrl } = options;
  const { status = {} }: AnyObject = value;
  const conditions = (status.conditions ?? []).map((condition) => withoutPath(condition, status.webhookPath));
  const lastDelivery = lastOf(records) ?? status.lastDelivery;
  const pushToArtifactMs = medianToArtifact(records);
  const resolved =
    ref.kind === ALERT_KIND
      ? await context.resolvedOf(value as unknown as Alert)
      : conditions.find(({ type }) => type === 'ResolvedRefs');
  return {
    object: ref,
    type: typeOf(value, context),
    ...(withUrl && status.url !== undefined ? { url: status.url } : {}),
    conditions,
    ...(lastDelivery === undefined ? {} : { lastDelivery }),
    counts: { hours: hoursOf(hours.get(objectKey(ref)) ?? [], context.clock) },
    ...(pushToArtifactMs === undefined ? {} : { pushToArtifactMs }),
    ...(resolved === undefined ? {} : { resolved: partOfCondition(resolved) }),
  };
}

const HOOK = /\/hook\/[\w-]{8,}/g;

/** The condition Ready says the path of a Receiver, which is a secret. */
function withoutPath(condition: Condition, path: string | undefined): Condition {
  const text = condition.message;
  const message = (path === undefined ? text : text.replaceAll(path, '/hook/…')).replace(HOOK, '/hook/…');
  return { ...condition, message };
}

function partOfCondition({ status, reason, message }: Resolved): Resolved {
  return { status, reason, message };
}

function typeOf({ metadata, spec }: AnyObject, { objects }: Pick<PageContext, 'objects'>): string {
  if (spec?.providerRef === undefined) return spec?.type ?? 'unknown';
  const provider = objects('Provider')?.get(`${metadata.namespace}/${spec.providerRef.name}`) as AnyObject | undefined;
  return provider?.spec?.type ?? 'unknown';
}

function lastOf(records: readonly RecordView[]): LastDelivery | undefined {
  const [last] = records.toSorted((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt) || (a.id < b.id ? 1 : -1));
  if (last === undefined) return undefined;
  const { lastAt: time, event, verdict, code, announced } = last;
  const revision = announced?.revision;
  return {
    time,
    ...(event === undefined ? {} : { event }),
    ...{ verdict, code },
    ...(revision === undefined ? {} : { revision }),
  };
}

function medianToArtifact(records: readonly RecordView[]): number | undefined {
  const times = newestFirst(records)
    .flatMap(({ at, targets }) =>
      targets.flatMap(({ follow }) =>
        follow?.state === 'fresh' && follow.artifactAt !== undefined
          ? [Math.max(0, Date.parse(follow.artifactAt) - Date.parse(at))]
          : [],
      ),
    )
    .filter((ms) => !Number.isNaN(ms))
    .sort((a, b) => a - b);
  const middle = times.length >> 1;
  const upper = times[middle];
  if (upper === undefined) return undefined;
  return times.length % 2 === 1 ? upper : Math.round((upper + (times[middle - 1] ?? upper)) / 2);
}

/** How badly an object does: 0 is the worst. */
export function badness({ conditions, lastDelivery, resolved }: ObjectView): number {
  const isFalse = (type: string) =>
    conditions.some((condition) => condition.type === type && condition.status === 'False');
  const knowsDelivering = conditions.some(({ type }) => type === 'Delivering');
  const verdict = lastDelivery?.verdict;
  if (isFalse('Delivering') || (!knowsDelivering && verdict === 'refused')) return 0;
  if (isFalse('Ready')) return 1;
  if (resolved?.status === 'False') return 2;
  if (verdict === 'refused') return 3;
  if (verdict === 'pending') return 4;
  return lastDelivery === undefined ? 5 : 6;
}
