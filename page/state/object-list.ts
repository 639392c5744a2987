/** The objects of one kind, with what came of their deliveries. */
import { signal } from '@preact/signals';
import { EMPTY_LIST, listAll } from '../api/list-all.ts';
import type { ProblemError } from '../api/request.ts';
import type { KindPath, List, ObjectRef, ObjectView, RecordView } from '../api/types.ts';
import { keepFresh } from './keep-fresh.ts';

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
  if (objectList.value.kind !== kind) objectList.value = { ...EMPTY, kind };
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
      const items = problem.status === 401 ? [] : objectList.value.items;
      objectList.value = { ...objectList.value, items, problem };
    },
    show(records) {
      objectList.value = { ...objectList.value, items: withRecords(objectList.value.items, records) };
    },
  });
}

function withRecords(items: readonly ObjectView[], records: ReadonlyMap<string, RecordView>): readonly ObjectView[] {
  // Of several of an object the last one stands.
  const latest = new Map([...records.values()].map((record) => [keyOf(record.object), record]));
  return items.map((item) => {
    const record = latest.get(keyOf(item.object));
    return record === undefined ? item : withRecord(item, record);
  });
}

function withRecord(item: ObjectView, record: RecordView): ObjectView {
  const { event = '', verdict, code, announced } = record;
  const time = record.lastAt ?? record.at;
  // A record that was sent again, because more became known of it, is not the last one for that.
  if ((item.lastDelivery?.time ?? '') > time) return item;
  return { ...item, lastDelivery: { time, event, verdict, code, revision: announced?.revision ?? '' } };
}
