/** The objects of one kind with what came of their deliveries: read again now and then, and live in between. */
import { effect, signal, untracked } from '@preact/signals';
import { follow } from '../api/follow.ts';
import { listAll } from '../api/list-all.ts';
import { ProblemError } from '../api/request.ts';
import type { DeliveryObject, DeliveryRecord, KindPath, List, ObjectRef } from '../api/types.ts';
import { token } from './token.ts';

export interface ObjectList extends List<DeliveryObject> {
  readonly kind: KindPath;
  /** Whether `items` are what the API answered. */
  readonly loaded: boolean;
  readonly problem?: ProblemError;
}

const REFRESH_MS = 30_000;
/** After a delivery, which may have changed conditions and the order. */
const REFRESH_SOON_MS = 5_000;
/** Deliveries of this long are shown at once. */
const GATHER_MS = 250;

export const objectList = signal<ObjectList>({ kind: 'receivers', items: [], loaded: false });

/** `Kind/namespace/name` */
export function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

/** Keeps {@link objectList} at what the API says of `kind`. @returns what ends that. */
export function watchObjects(kind: KindPath): () => void {
  objectList.value = { kind, items: [], loaded: false };
  return effect(() => {
    // Another token, another answer.
    token.value;
    const ended = new AbortController();
    untracked(() => start(kind, ended.signal));
    return () => ended.abort();
  });
}

function start(kind: KindPath, ended: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout>;
  let due = 0;
  const schedule = (ms: number): void => {
    const at = Date.now() + ms;
    if (due !== 0 && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(load, ms);
  };
  const load = async (): Promise<void> => {
    await refresh(kind, ended);
    due = 0;
    if (!ended.aborted) schedule(objectList.value.problem === undefined ? REFRESH_MS : REFRESH_SOON_MS);
  };
  const gathered = new Map<string, DeliveryRecord>();
  const show = (): void => {
    objectList.value = { ...objectList.value, items: withRecords(objectList.value.items, gathered) };
    gathered.clear();
    schedule(REFRESH_SOON_MS);
  };
  ended.addEventListener('abort', () => clearTimeout(timer));
  void load();
  void follow(
    'stream',
    (record) => {
      if (gathered.size === 0) setTimeout(() => !ended.aborted && show(), GATHER_MS);
      gathered.set(keyOf(record.object), record);
    },
    ended,
  );
}

async function refresh(kind: KindPath, ended: AbortSignal): Promise<void> {
  try {
    const list = await listAll<DeliveryObject>(kind, ended);
    if (!ended.aborted) objectList.value = { kind, ...list, loaded: true };
  } catch (error) {
    if (ended.aborted) return;
    const problem = error instanceof ProblemError ? error : new ProblemError(0, '', String(error));
    objectList.value = { ...objectList.value, problem };
  }
}

function withRecords(
  items: readonly DeliveryObject[],
  records: ReadonlyMap<string, DeliveryRecord>,
): readonly DeliveryObject[] {
  return items.map((item) => {
    const record = records.get(keyOf(item.object));
    if (record === undefined) return item;
    const { event = '', verdict, code, announced } = record;
    const time = record.lastAt ?? record.at;
    return { ...item, lastDelivery: { time, event, verdict, code, revision: announced?.revision ?? '' } };
  });
}
