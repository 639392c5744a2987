/** The copies of bodies that wait to be read and redacted: of each object as many as it keeps, and within a bound of all. */
import { objectKey } from '../records/object-ref.ts';
import type { DeliveryRecord } from '../records/record.ts';
import type { BodyCopy } from './copy-body.ts';

export interface Waiting {
  readonly record: DeliveryRecord;
  readonly copy: BodyCopy;
}

export interface WaitingBodies {
  /** What is older, of its object or of all, makes room. @param maxBytes of all that wait. */
  add(waiting: Waiting, maxBytes: number): void;
  /** The oldest, which waits no longer. */
  shift(): Waiting | undefined;
  forget(record: DeliveryRecord): void;
  /** @param object of `objectKey`. */
  forgetOf(object: string): void;
  readonly size: number;
}

interface State {
  /** The oldest first; so are those of each object. */
  readonly all: Map<DeliveryRecord, Waiting>;
  readonly byObject: Map<string, Set<Waiting>>;
  bytes: number;
}

/** Of a copy, beside its body. */
const OVERHEAD_BYTES = 512;

export function createWaitingBodies(): WaitingBodies {
  const state: State = { all: new Map(), byObject: new Map(), bytes: 0 };
  return {
    add: (waiting, maxBytes) => add(state, waiting, maxBytes),
    shift() {
      const [oldest] = state.all.values();
      remove(state, oldest);
      return oldest;
    },
    forget: (record) => remove(state, state.all.get(record)),
    forgetOf(object) {
      for (const waiting of [...(state.byObject.get(object) ?? [])]) remove(state, waiting);
    },
    get size() {
      return state.all.size;
    },
  };
}

function add(state: State, waiting: Waiting, maxBytes: number): void {
  const { all, byObject } = state;
  const object = objectKey(waiting.record.object);
  const own = byObject.get(object) ?? new Set();
  const [oldestAlike] = own;
  if (own.size >= waiting.copy.wanted.count) remove(state, oldestAlike);
  all.set(waiting.record, waiting);
  byObject.set(object, own.add(waiting));
  state.bytes += sizeOf(waiting);
  while (state.bytes > maxBytes && all.size > 1) {
    const [oldest] = all.values();
    remove(state, oldest);
  }
}

function remove(state: State, waiting: Waiting | undefined): void {
  if (waiting === undefined || !state.all.delete(waiting.record)) return;
  state.bytes -= sizeOf(waiting);
  const object = objectKey(waiting.record.object);
  const own = state.byObject.get(object);
  own?.delete(waiting);
  if (own?.size === 0) state.byObject.delete(object);
}

function sizeOf({ copy }: Waiting): number {
  return copy.bytes.length + (copy.seen?.length ?? 0) + OVERHEAD_BYTES;
}
