/** What the messages of one queue share. */
import type { Clock } from '../../../observe/clock.ts';
import { type Batcher, createBatcher } from '../batcher.ts';
import { createRejectedIds, type RejectedIds } from '../rejected-ids.ts';
import type { Calls, Handle, Visibility } from './calls.ts';
import type { QueueSettings } from './queue-settings.ts';

export interface SqsState {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly removals: Batcher<Handle>;
  readonly visibilities: Batcher<Visibility>;
  settings: QueueSettings;
  /** Messages that came and are neither done nor given back. */
  held: number;
  /** Whether the last receive was answered: then the next one may wait. */
  answered: boolean;
  /** Ids of messages that can never be done, and that the queue will move, or nobody may delete: not judged again. */
  readonly rejected: RejectedIds;
}

const REMOVALS_WAIT_MS = 200;
const VISIBILITIES_WAIT_MS = 50;

export function createState(calls: Calls, clock: Clock, settings: QueueSettings): SqsState {
  const state: SqsState = {
    calls,
    clock,
    settings,
    removals: createBatcher<Handle>({
      maxWaitMs: REMOVALS_WAIT_MS,
      clock,
      mayGrow: () => state.held > 0,
      send: calls.remove,
    }),
    visibilities: createBatcher<Visibility>({
      maxWaitMs: VISIBILITIES_WAIT_MS,
      clock,
      mayGrow: () => true,
      send: calls.hide,
    }),
    held: 0,
    answered: false,
    rejected: createRejectedIds(),
  };
  return state;
}
