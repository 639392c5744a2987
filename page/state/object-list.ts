/** The objects of one kind, with what came of their deliveries. */
import { signal } from '@preact/signals';
import { EMPTY_LIST, listAll } from '../api/list-all.ts';
import type { ProblemError } from '../api/request.ts';
import type { KindPath, List, ObjectRef, ObjectView, RecordView } from '../api/types.ts';
import { withRecord } from '../words/with-record.ts';
import { keepFresh } from './keep-fresh.ts';
import { health } from './list-view.ts';

interface ObjectList extends List<ObjectView> {
  readonly kind: KindPath;
  /** Whether `items` are what the API answered. */
  readonly loaded: boolean;
  readonly problem?: ProblemError;
}

const EMPTY: ObjectList = { kind: 'receivers', ...EMPTY_LIST, loaded: false };

export const objectList = signal(EMPTY);

/** `Kind/namespace/name` */
export function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

/** Keeps {@link objectList} at what the API says of `kind`. @returns what ends that. */
export function watchObjects(kind: KindPath): () => void {
  // Who comes back to the list finds it as it was, until it is read again.
  if (objectList.value.kind !== kind) {
    objectList.value = { ...EMPTY, kind };
    // Another kind may have none that does so.
    health.value = undefined;
  }
  return keepFresh({
    stream: 'stream',
    async load(ended) {
      const list = await listAll<ObjectView>(kind, ended);
      // One that changed its place between two parts of the list is in both.
      const items = [...new Map(list.items.map((item) => [keyOf(item.object), item])).values()];
      if (!ended.aborted) objectList.value = { kind, ...list, items, loaded: true };
    },
    fail(problem) {
      // Another token may not allow to see what is there.
      objectList.value = { ...(problem.status === 401 ? { ...EMPTY, kind } : objectList.value), problem };
    },
    show(records) {
      objectList.value = { ...objectList.value, items: withRecords(objectList.value.items, records) };
    },
  });
}

function withRecords(items: readonly ObjectView[], records: ReadonlyMap<string, RecordView>): readonly ObjectView[] {
  const byObject = Map.groupBy(records.values(), ({ object }) => keyOf(object));
  return items.map((item) => (byObject.get(keyOf(item.object)) ?? []).reduce(withRecord, item));
}
