/** One object and its deliveries, the newest first. */
import { signal } from '@preact/signals';
import { EMPTY_LIST, listAll } from '../api/list-all.ts';
import { get, type ProblemError } from '../api/request.ts';
import type { KindPath, List, ObjectView, RecordView } from '../api/types.ts';
import { withRecord } from '../words/with-record.ts';
import { keepFresh } from './keep-fresh.ts';

interface OneObject {
  /** undefined: not read yet, or not there. */
  readonly item?: ObjectView;
  readonly deliveries: List<RecordView>;
  readonly loaded: boolean;
  readonly problem?: ProblemError;
}

/** More are forgotten, the oldest first. */
const MOST = 2_000;
const EMPTY: OneObject = { deliveries: EMPTY_LIST, loaded: false };

export const oneObject = signal(EMPTY);

/** Path of an object in the API. */
export function pathOf(kind: KindPath, namespace: string, name: string): string {
  return [kind, namespace, name].map(encodeURIComponent).join('/');
}

/** Keeps {@link oneObject} at what the API says. @returns what ends that. */
export function watchObject(kind: KindPath, namespace: string, name: string): () => void {
  oneObject.value = EMPTY;
  const path = pathOf(kind, namespace, name);
  return keepFresh({
    stream: `${path}/stream`,
    async load(ended) {
      const [item, deliveries] = await Promise.all([
        get<ObjectView>(path, ended),
        listAll<RecordView>(`${path}/deliveries`, ended),
      ]);
      if (!ended.aborted) oneObject.value = { item, deliveries, loaded: true };
    },
    fail(problem) {
      // Another token may not allow to see what is there.
      const before = problem.status === 401 || problem.status === 404 ? EMPTY : oneObject.value;
      oneObject.value = { ...before, problem };
    },
    show(records) {
      const { item, deliveries } = oneObject.value;
      const items = merged(deliveries.items, records);
      const now = item === undefined ? {} : { item: [...records.values()].reduce(withRecord, item) };
      oneObject.value = { ...oneObject.value, ...now, deliveries: { ...deliveries, items } };
    },
  });
}

/** A record takes the place of the one with the same id. Ids sort by time. */
function merged(items: readonly RecordView[], records: ReadonlyMap<string, RecordView>): readonly RecordView[] {
  const others = items.filter(({ id }) => !records.has(id));
  return [...records.values(), ...others].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, MOST);
}
