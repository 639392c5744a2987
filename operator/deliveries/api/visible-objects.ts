/** The objects of a kind that a caller may know of, with what they may see of each. */
import type { KubeObject } from '../../kube/kube-client.ts';
import { objectKey } from '../records/object-ref.ts';
import type { RecordView } from '../records/record-view.ts';
import type { Caller, Right } from './access.ts';
import type { ShownKind } from './kinds.ts';
import type { HoursByObject } from './known-records.ts';
import { type ObjectView, objectView } from './object-view.ts';
import type { PageContext } from './page-context.ts';
import { Problem } from './problem.ts';

/** @throws Problem with 503 while they are not all known. */
export function objectsOf(
  { objects }: Pick<PageContext, 'objects'>,
  { kind, plural }: ShownKind,
): readonly KubeObject[] {
  const watched = objects(kind);
  if (watched?.absence() !== undefined) return [];
  if (watched === undefined || !watched.hasHandledAll()) {
    throw new Problem('NotSynced', `Not all ${plural} are known yet`);
  }
  return [...watched.values()];
}

/** The namespaces among these in which the caller has a right. */
async function allowedNamespaces(
  caller: Caller,
  right: Right,
  kind: ShownKind,
  namespaces: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  if (await caller.may(right, { kind })) return namespaces;
  const each = await Promise.all(
    Array.from(namespaces, async (namespace) => ((await caller.may(right, { kind, namespace })) ? [namespace] : [])),
  );
  return new Set(each.flat());
}

export interface VisibleOptions {
  readonly context: PageContext;
  readonly caller: Caller;
  readonly kind: ShownKind;
  readonly values: readonly KubeObject[];
  readonly records: readonly RecordView[];
  readonly hours: HoursByObject;
}

/** Views of those among `values` whose deliveries the caller may see. @throws Problem */
export async function visibleObjects(options: VisibleOptions): Promise<readonly ObjectView[]> {
  const { context, caller, kind, values, records, hours } = options;
  const namespaces = new Set(values.map(({ metadata }) => metadata.namespace ?? ''));
  const visible = await allowedNamespaces(caller, 'deliveries', kind, namespaces);
  const readable = await allowedNamespaces(caller, 'object', kind, visible);
  const byObject = Map.groupBy(records, ({ object }) => objectKey(object));
  const shown = values.filter(({ metadata }) => visible.has(metadata.namespace ?? ''));
  return await Promise.all(
    shown.map((value) => {
      const ref = { kind: kind.kind, namespace: value.metadata.namespace ?? '', name: value.metadata.name };
      const withUrl = readable.has(ref.namespace);
      return objectView({ context, ref, value, records: byObject.get(objectKey(ref)) ?? [], hours, withUrl });
    }),
  );
}
