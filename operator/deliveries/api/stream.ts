/** One stream of server-sent events: what waits for it is bounded, and a reader that is too slow loses it. */
import type { ServerResponse } from 'node:http';
import type { ObjectRef } from '../records/record.ts';
import type { RecordView } from '../records/record-view.ts';
import type { Caller } from './access.ts';
import { shownKindOf } from './kinds.ts';

export interface StreamOptions {
  readonly caller: Caller;
  readonly response: ServerResponse;
  /** Undefined: all that the caller may see. */
  readonly object: ObjectRef | undefined;
  /** Of the last event that the reader got before. */
  readonly lastEventId: string | undefined;
}

export interface Stream {
  /** Sends a record if it belongs here, after those before it. `text` is its JSON. */
  send(record: RecordView, text: string): void;
  comment(text: string): void;
  /** Ends it where the caller's token or right is gone. */
  check(): Promise<void>;
  end(): void;
}

/** Of what is not sent yet, in bytes and in records. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_WAITING = 5_000;

interface State {
  readonly options: StreamOptions;
  waiting: number;
  /** Sends one after the other: whether the caller may see a record is asked for each. */
  last: Promise<void>;
}

export function createStream(options: StreamOptions): Stream {
  const state: State = { options, waiting: 0, last: Promise.resolve() };
  const { response } = options;
  return {
    send(record, text) {
      if (!isWanted(options.object, record.object)) return;
      state.waiting += 1;
      if (state.waiting > MAX_WAITING) drop(state);
      state.last = state.last.then(async () => {
        state.waiting -= 1;
        if (await maySee(options, record.object)) write(state, `event: delivery\nid: ${record.id}\ndata: ${text}\n\n`);
      });
    },
    comment: (text) => write(state, `: ${text}\n\n`),
    async check() {
      const { caller, object } = options;
      if (await isStillAllowed(caller, object)) return;
      response.end();
    },
    end: () => response.end(),
  };
}

function isWanted(wanted: ObjectRef | undefined, { kind, namespace, name }: ObjectRef): boolean {
  if (wanted === undefined) return true;
  return wanted.name === name && wanted.namespace === namespace && wanted.kind === kind;
}

/** Of one object it was asked when the stream began, and is by `check`. */
async function maySee({ caller, object: own }: StreamOptions, object: ObjectRef): Promise<boolean> {
  return own !== undefined || (await mayHave(caller, { ...object, name: undefined }));
}

async function isStillAllowed(caller: Caller, object: ObjectRef | undefined): Promise<boolean> {
  try {
    return (await caller.isKnown()) && (object === undefined || (await mayHave(caller, object)));
  } catch {
    // The API server is away: nothing is known to have changed.
    return true;
  }
}

async function mayHave(
  caller: Caller,
  { kind, namespace, name }: Omit<ObjectRef, 'name'> & { name: string | undefined },
) {
  const shown = shownKindOf(kind);
  if (shown === undefined) return false;
  try {
    return await caller.may('deliveries', { kind: shown, namespace, ...(name === undefined ? {} : { name }) });
  } catch {
    // Who cannot be judged sees nothing.
    return false;
  }
}

function write(state: State, text: string): void {
  const { response } = state.options;
  if (response.writableEnded || response.destroyed) return;
  response.write(text);
  if (response.writableLength > MAX_BUFFERED_BYTES) drop(state);
}

/** Its reader comes again, and is told what it has missed. */
function drop({ options: { response } }: State): void {
  response.destroy();
}
