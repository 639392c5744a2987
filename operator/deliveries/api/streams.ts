/**
 * The streams of this replica. While there is one, the journal is followed and other replicas are asked again and again;
 * what changes is collected for a moment, so that a flood of requests that fold into one record is one event.
 */
import type { Timer } from '../../observe/clock.ts';
import type { DeliveryRecord } from '../records/record.ts';
import { type RecordView, recordView } from '../records/record-view.ts';
import { newestFirst } from './known-records.ts';
import type { PageContext } from './page-context.ts';
import { Problem } from './problem.ts';
import { createStream, type Stream, type StreamOptions } from './stream.ts';

export interface Streams {
  /** Done when the stream is open. @throws Problem with 429 when there are as many as may be. */
  open(options: StreamOptions): Promise<void>;
  readonly count: number;
  stop(): void;
}

interface Context extends Pick<PageContext, 'journal' | 'replica' | 'clock' | 'log'> {
  readonly records: Pick<PageContext['records'], 'enabled' | 'ask'>;
}

interface State {
  readonly context: Context;
  readonly streams: Set<Stream>;
  readonly changed: Set<DeliveryRecord>;
  /** Of other replicas: what was sent last, by id. */
  readonly sent: Map<string, string>;
  flush: Timer | undefined;
  /** Ends what runs while there are streams. */
  follow: (() => void) | undefined;
}

const MAX_STREAMS = 20;
const COLLECT_MS = 100;
const COMMENT_EVERY_MS = 15_000;
const ASK_EVERY_MS = 1_000;
/** The clocks of replicas differ, and a record may come late. */
const ASK_AGAIN_MS = 15_000;
const MAX_SENT = 5_000;
const ID = /^[0-9a-z]{16,64}$/;

export function createStreams(context: Context): Streams {
  const state: State = {
    context,
    streams: new Set(),
    changed: new Set(),
    sent: new Map(),
    flush: undefined,
    follow: undefined,
  };
  return {
    open: (options) => open(state, options),
    get count() {
      return state.streams.size;
    },
    stop() {
      for (const stream of state.streams) stream.end();
      state.streams.clear();
      end(state);
    },
  };
}

async function open(state: State, options: StreamOptions): Promise<void> {
  const { response, lastEventId, object } = options;
  if (state.streams.size >= MAX_STREAMS) {
    throw new Problem('TooManyStreams', `This replica has ${MAX_STREAMS} streams, which is as many as it may have`);
  }
  const stream = createStream(options);
  state.streams.add(stream);
  response.once('close', () => {
    state.streams.delete(stream);
    if (state.streams.size === 0) end(state);
  });
  // Proxies would keep what they have not seen the end of.
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  stream.comment('deliveries follow');
  state.follow ??= follow(state);
  if (lastEventId === undefined || !ID.test(lastEventId)) return;
  const { items } = await state.context.records.ask({ object });
  for (const record of newestFirst(items).toReversed()) {
    if (record.id > lastEventId) stream.send(record, textNow(state, record));
  }
}

/** A record as it is now: it may have changed, and its change been sent, since replicas were asked. */
function textNow({ context: { journal, replica }, sent }: State, record: RecordView): string {
  const others = record.replica === replica ? journal.of(record.object) : [];
  const own = others.find((each) => journal.idOf(each) === record.id);
  if (own !== undefined) return JSON.stringify(recordView(own, replica, journal, others));
  return sent.get(record.id) ?? JSON.stringify(record);
}

/** Until there are no streams. */
function follow(state: State): () => void {
  const { context, streams } = state;
  const { journal, clock } = context;
  const unsubscribe = journal.subscribe((record) => {
    state.changed.add(record);
    state.flush ??= clock.setTimeout(() => flush(state), COLLECT_MS);
  });
  const comments = clock.setInterval(() => {
    for (const stream of streams) {
      stream.comment('still here');
      void stream.check();
    }
  }, COMMENT_EVERY_MS);
  const stopAsking = context.records.enabled ? askAgain(state) : () => {};
  return () => {
    unsubscribe();
    comments.cancel();
    stopAsking();
  };
}

function end(state: State): void {
  state.follow?.();
  state.follow = undefined;
  state.flush?.cancel();
  state.flush = undefined;
  state.changed.clear();
  state.sent.clear();
}

function flush(state: State): void {
  const { journal, replica, log } = state.context;
  state.flush = undefined;
  const records = [...state.changed].sort((a, b) => a.sequence - b.sequence);
  state.changed.clear();
  for (const record of records) {
    try {
      send(state, recordView(record, replica, journal, journal.of(record.object)));
    } catch (error) {
      log.error({ error, cause: error }, 'a delivery cannot be shown');
    }
  }
}

function send({ streams }: State, record: RecordView): void {
  const text = JSON.stringify(record);
  for (const stream of streams) stream.send(record, text);
}

/** Asks other replicas, a moment after each answer. @returns what ends it. */
function askAgain(state: State): () => void {
  const { clock, records, replica } = state.context;
  const run = { ended: false, timer: undefined as Timer | undefined, sinceMs: clock.now() };
  async function askOnce(): Promise<void> {
    const beganMs = clock.now();
    const { items } = await records.ask({ sinceMs: run.sinceMs - ASK_AGAIN_MS });
    if (run.ended) return;
    run.sinceMs = beganMs;
    const others = items.filter((record) => record.replica !== replica);
    for (const record of newestFirst(others).toReversed()) sendIfNew(state, record);
    run.timer = clock.setTimeout(() => void askOnce(), ASK_EVERY_MS);
  }
  run.timer = clock.setTimeout(() => void askOnce(), ASK_EVERY_MS);
  return () => {
    run.ended = true;
    run.timer?.cancel();
  };
}

function sendIfNew(state: State, record: RecordView): void {
  const { sent } = state;
  const text = JSON.stringify(record);
  if (sent.get(record.id) === text) return;
  sent.delete(record.id);
  sent.set(record.id, text);
  const [oldest] = sent.keys();
  if (sent.size > MAX_SENT && oldest !== undefined) sent.delete(oldest);
  for (const stream of state.streams) stream.send(record, text);
}
