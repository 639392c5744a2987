/**
 * Holds the events that are taken and not yet delivered by every Alert, within a bound. When it is full the oldest goes,
 * those of severity info first: an error that nobody hears of costs more.
 */
import type { FluxEvent } from '../flux-event.ts';
import { objectPath } from '../text/object-label.ts';

/** An event, from when it was taken to its last delivery. */
export interface HeldEvent {
  readonly event: FluxEvent;
  /** Of its object: events of one are matched and delivered in their order. */
  readonly path: string;
  /** Of the body that it was posted in. */
  readonly bodyBytes: number;
  /** On the clock that never jumps. */
  readonly takenAtMs: number;
  /** What still holds it: matching, and each delivery that is queued. */
  readonly holders: Holder[];
  /** It made room for others: nobody delivers it any more. */
  dropped: boolean;
}

export interface Holder {
  /** The event made room for others: whatever of it waits is to be let go. It is released already. */
  onDropped(held: HeldEvent): void;
}

export interface EventStore {
  /** Takes an event, for its first holder. */
  add(event: FluxEvent, bodyBytes: number, holder: Holder): HeldEvent;
  hold(held: HeldEvent, holder: Holder): void;
  /** One holder is done with it. */
  release(held: HeldEvent, holder: Holder): void;
  readonly size: number;
  /** When the oldest was taken; undefined: there is none. */
  readonly oldestAtMs: number | undefined;
}

export interface EventStoreOptions {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly nowMs: () => number;
  readonly onDropped: (held: HeldEvent) => void;
}

interface State {
  readonly options: EventStoreOptions;
  /** Oldest first. */
  readonly info: Set<HeldEvent>;
  readonly others: Set<HeldEvent>;
  bytes: number;
}

/** The memory that an event takes beside its body: its fields as texts, its place in the queues. */
const BYTES_PER_EVENT = 1_024;

export function createEventStore(options: EventStoreOptions): EventStore {
  const state: State = { options, info: new Set(), others: new Set(), bytes: 0 };
  return {
    add(event, bodyBytes, holder) {
      const [path, takenAtMs] = [objectPath(event), options.nowMs()];
      const held: HeldEvent = { event, path, bodyBytes, takenAtMs, holders: [holder], dropped: false };
      setOf(state, held).add(held);
      state.bytes += costOf(held);
      makeRoom(state, held);
      return held;
    },
    hold(held, holder) {
      held.holders.push(holder);
    },
    release(held, holder) {
      const index = held.holders.indexOf(holder);
      if (index !== -1) held.holders.splice(index, 1);
      if (held.holders.length === 0) remove(state, held);
    },
    get size() {
      return state.info.size + state.others.size;
    },
    get oldestAtMs() {
      const [info] = state.info;
      const [other] = state.others;
      if (info === undefined || other === undefined) return (info ?? other)?.takenAtMs;
      return Math.min(info.takenAtMs, other.takenAtMs);
    },
  };
}

function costOf({ bodyBytes }: HeldEvent): number {
  return BYTES_PER_EVENT + 2 * bodyBytes;
}

function setOf({ info, others }: State, { event }: HeldEvent): Set<HeldEvent> {
  return event.severity === 'error' ? others : info;
}

function remove(state: State, held: HeldEvent): void {
  if (setOf(state, held).delete(held)) state.bytes -= costOf(held);
}

function drop(state: State, held: HeldEvent): void {
  held.dropped = true;
  remove(state, held);
  for (const holder of held.holders.splice(0)) holder.onDropped(held);
}

function makeRoom(state: State, newest: HeldEvent): void {
  const { maxEvents, maxBytes, onDropped } = state.options;
  while (state.info.size + state.others.size > maxEvents || state.bytes > maxBytes) {
    const [oldest = newest] = state.info.size > 0 ? state.info : state.others;
    drop(state, oldest);
    onDropped(oldest);
    if (oldest === newest) return;
  }
}
