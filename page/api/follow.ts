/** Follows a stream of deliveries: by `fetch`, because an `EventSource` can send no token. */
import { signal } from '@preact/signals';
import { authorization, open, ProblemError } from './request.ts';
import { serverSentEvents } from './server-sent-events.ts';
import type { RecordView } from './types.ts';

/**
 * `off`: nothing is followed. `limited`: as many are followed as may be. `denied`: a token is needed. `absent`: there is
 * nothing to follow.
 */
export type StreamState = 'off' | 'connecting' | 'live' | 'lost' | 'limited' | 'denied' | 'absent';

/** Of the stream of the screen that is shown. */
export const streamState = signal<StreamState>('off');

export interface Follower {
  take(record: RecordView): void;
  /** The stream is open. What came or changed before that is told by nobody. @param again not for the first time. */
  opened(again: boolean): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** A comment comes every 15 s: where nothing does, the network is gone, which the browser need not notice. */
const SILENCE_MS = 40_000;

/** Until `ended` aborts; after a break it goes on with the event that comes next. */
export async function follow(path: string, follower: Follower, ended: AbortSignal): Promise<void> {
  let lastId = '';
  let pauseMs = FIRST_PAUSE_MS;
  let again = false;
  streamState.value = 'connecting';
  while (!ended.aborted) {
    try {
      await readStream(path, lastId, ended, {
        take(id, record) {
          lastId = id;
          follower.take(record);
        },
        opened() {
          follower.opened(again);
          again = true;
          pauseMs = FIRST_PAUSE_MS;
        },
      });
      if (!ended.aborted) streamState.value = 'lost';
    } catch (error) {
      if (ended.aborted) return;
      streamState.value = stateAfter(error);
      if (streamState.value === 'denied') return;
    }
    await pause(pauseMs, ended);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function stateAfter(error: unknown): StreamState {
  const status = error instanceof ProblemError ? error.status : 0;
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'absent';
  return status === 429 ? 'limited' : 'lost';
}

interface Reader {
  take(id: string, record: RecordView): void;
  opened(): void;
}

async function readStream(path: string, lastId: string, ended: AbortSignal, to: Reader): Promise<void> {
  const headers: Record<string, string> = { ...authorization(), Accept: 'text/event-stream' };
  if (lastId !== '') headers['Last-Event-ID'] = lastId;
  const silence = silenceAfter(SILENCE_MS);
  try {
    const { body } = await open(path, { headers, signal: AbortSignal.any([ended, silence.signal]) }, ended);
    if (body === null) return;
    streamState.value = 'live';
    to.opened();
    const parse = serverSentEvents();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      silence.broken();
      for (const { event, data, id } of parse(decoder.decode(piece.value, { stream: true }))) {
        if (event === 'delivery') to.take(id, JSON.parse(data) as RecordView);
      }
    }
  } finally {
    silence.end();
  }
}

/** Aborts after so many ms in which nothing broke the silence. */
function silenceAfter(ms: number) {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(), ms);
  let timeout = start();
  return {
    signal: controller.signal,
    broken(): void {
      clearTimeout(timeout);
      timeout = start();
    },
    end: (): void => clearTimeout(timeout),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timeout);
      resolve();
    });
  });
}
