/** Follows a stream of deliveries: by `fetch`, because an `EventSource` can send no token. */
import { signal } from '@preact/signals';
import { authorization, open, ProblemError } from './request.ts';
import { serverSentEvents } from './server-sent-events.ts';
import type { RecordView } from './types.ts';

/** `off`: nothing is followed. `limited`: as many are followed as may be. `denied`: a token is needed. */
export type StreamState = 'off' | 'connecting' | 'live' | 'lost' | 'limited' | 'denied';

/** Of the stream of the screen that is shown. */
export const streamState = signal<StreamState>('off');

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Until `signal` aborts; after a break it goes on with the event that comes next. */
export async function follow(path: string, onRecord: (record: RecordView) => void, signal: AbortSignal): Promise<void> {
  let lastId = '';
  let pauseMs = FIRST_PAUSE_MS;
  streamState.value = 'connecting';
  while (!signal.aborted) {
    try {
      await readStream(path, lastId, signal, (id, record) => {
        lastId = id;
        onRecord(record);
        pauseMs = FIRST_PAUSE_MS;
      });
      if (!signal.aborted) streamState.value = 'lost';
    } catch (error) {
      if (signal.aborted) return;
      streamState.value = stateAfter(error);
      if (streamState.value === 'denied') return;
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function stateAfter(error: unknown): StreamState {
  const status = error instanceof ProblemError ? error.status : 0;
  if (status === 401 || status === 403) return 'denied';
  return status === 429 ? 'limited' : 'lost';
}

async function readStream(
  path: string,
  lastId: string,
  signal: AbortSignal,
  take: (id: string, record: RecordView) => void,
): Promise<void> {
  const headers: Record<string, string> = { ...authorization(), Accept: 'text/event-stream' };
  if (lastId !== '') headers['Last-Event-ID'] = lastId;
  const { body } = await open(path, { headers, signal });
  if (body === null) return;
  streamState.value = 'live';
  const parse = serverSentEvents();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    for (const { event, data, id } of parse(decoder.decode(piece.value, { stream: true }))) {
      if (event === 'delivery') take(id, JSON.parse(data) as RecordView);
    }
  }
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
