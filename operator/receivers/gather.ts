/**
 * Has messages for the same target share a PATCH. Unlike a sender, a broker's message can wait a moment: for those that
 * came with it, and, where the target has just been annotated, for those that take the places of the messages before.
 */
import type { Clock, Timer } from '../observe/clock.ts';
import type { Annotator, Away, Patched, Target } from './annotator.ts';

export interface Gatherer {
  /** As `Annotator.annotate`, in the background. */
  annotate(target: Target): Promise<Patched | Away>;
}

export interface GathererOptions {
  readonly annotator: Pick<Annotator, 'annotate'>;
  readonly clock: Clock;
  /** How many PATCHes are under way at once; default 16. */
  readonly width?: number;
}

interface Batch extends PromiseWithResolvers<Patched | Away> {
  readonly key: string;
  readonly target: Target;
  messages: number;
  timer: Timer | undefined;
}

interface State {
  readonly options: GathererOptions;
  /** Those that still take messages, by target. */
  readonly open: Map<string, Batch>;
  /** Targets that were annotated a moment ago, and when that is forgotten. */
  readonly hot: Map<string, Timer | undefined>;
  /** Those whose turn has not come. */
  readonly waiting: Batch[];
  underWay: number;
}

/** As many messages as one source has in flight: for more there is no use to wait. */
const FULL = 10;
/** A turn of the event loop: enough for what came in one answer of a broker. */
const FIRST_MS = 0;
/** Enough for a broker to replace what was acknowledged. */
const HOT_MS = 25;
const WIDTH = 16;

export function createGatherer(options: GathererOptions): Gatherer {
  const state: State = { options, open: new Map(), hot: new Map(), waiting: [], underWay: 0 };
  return {
    annotate(target) {
      const key = `${target.type.apiVersion}/${target.type.plural}/${target.namespace}/${target.name}`;
      const batch = state.open.get(key) ?? openBatch(state, key, target);
      const isFirst = batch.messages === 0;
      batch.messages += 1;
      if (batch.messages === FULL) close(state, batch);
      return isFirst ? batch.promise : batch.promise.then(coalesced);
    },
  };
}

function coalesced(answer: Patched | Away): Patched | Away {
  return 'away' in answer ? answer : { ...answer, coalesced: true };
}

function openBatch(state: State, key: string, target: Target): Batch {
  const batch: Batch = { ...Promise.withResolvers(), key, target, messages: 0, timer: undefined };
  const waitMs = state.hot.has(key) ? HOT_MS : FIRST_MS;
  batch.timer = state.options.clock.setTimeout(() => close(state, batch), waitMs);
  state.open.set(key, batch);
  return batch;
}

/** Takes no more messages, and has its turn as soon as there is one. */
function close(state: State, batch: Batch): void {
  batch.timer?.cancel();
  state.open.delete(batch.key);
  state.waiting.push(batch);
  takeTurns(state);
}

function takeTurns(state: State): void {
  const { width = WIDTH } = state.options;
  while (state.underWay < width) {
    const batch = state.waiting.shift();
    if (batch === undefined) return;
    state.underWay += 1;
    void annotate(state, batch);
  }
}

async function annotate(state: State, { key, target, resolve, reject }: Batch): Promise<void> {
  const { annotator, clock } = state.options;
  state.hot.get(key)?.cancel();
  state.hot.set(key, undefined);
  await annotator.annotate(target, true).then(resolve, reject);
  state.hot.get(key)?.cancel();
  state.hot.set(
    key,
    clock.setTimeout(() => state.hot.delete(key), HOT_MS),
  );
  state.underWay -= 1;
  takeTurns(state);
}
