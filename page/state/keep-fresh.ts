/** Keeps what a screen shows up to date: read now and then, soon after a delivery, and live in between. */
import { effect, untracked } from '@preact/signals';
import { follow, streamState } from '../api/follow.ts';
import { ProblemError } from '../api/request.ts';
import type { RecordView } from '../api/types.ts';
import { token } from './token.ts';
import { visible } from './visible.ts';

const REFRESH_MS = 30_000;
/** After a delivery, which may have changed more than itself, and after a failure. */
const REFRESH_SOON_MS = 5_000;
/** Deliveries of this long are shown at once. */
const GATHER_MS = 250;

export interface Fresh {
  /** Reads it all. @throws ProblemError, which `fail` is given */
  load(ended: AbortSignal): Promise<void>;
  fail(problem: ProblemError): void;
  /** Path of the stream. */
  readonly stream: string;
  /** Records that came since, by id. */
  show(records: ReadonlyMap<string, RecordView>): void;
}

/** Starts again with each other token, and when the page is seen again. @returns what ends it. */
export function keepFresh(fresh: Fresh): () => void {
  return effect(() => {
    token.value;
    if (!visible.value) return;
    const ended = new AbortController();
    untracked(() => start(fresh, ended.signal));
    return () => {
      ended.abort();
      streamState.value = 'off';
    };
  });
}

function start(fresh: Fresh, ended: AbortSignal): void {
  const schedule = loader(fresh, ended);
  const gathered = new Map<string, RecordView>();
  const show = (): void => {
    if (ended.aborted) return;
    fresh.show(gathered);
    gathered.clear();
    schedule(REFRESH_SOON_MS);
  };
  const take = (record: RecordView): void => {
    if (gathered.size === 0) setTimeout(show, GATHER_MS);
    gathered.set(record.id, record);
  };
  schedule(0);
  // What came while there was no stream is in no stream, and what changed meanwhile neither.
  void follow(fresh.stream, { take, opened: (again) => schedule(again ? 0 : REFRESH_SOON_MS) }, ended);
}

/** @returns what has it loaded within so many ms. */
function loader(fresh: Fresh, ended: AbortSignal): (ms: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Number.POSITIVE_INFINITY;
  let loading = false;
  ended.addEventListener('abort', () => clearTimeout(timer));
  const schedule = (ms: number): void => {
    const at = Date.now() + ms;
    if (at >= due || ended.aborted) return;
    clearTimeout(timer);
    due = at;
    // While it is loaded, what is due comes after.
    if (!loading) timer = setTimeout(run, ms);
  };
  const run = async (): Promise<void> => {
    due = Number.POSITIVE_INFINITY;
    loading = true;
    const pause = await loaded(fresh, ended);
    loading = false;
    const next = Math.min(pause, due - Date.now());
    due = Number.POSITIVE_INFINITY;
    schedule(next);
  };
  return schedule;
}

/** @returns in how many ms to load it again. */
async function loaded(fresh: Fresh, ended: AbortSignal): Promise<number> {
  try {
    await fresh.load(ended);
    return REFRESH_MS;
  } catch (error) {
    if (!ended.aborted) fresh.fail(error instanceof ProblemError ? error : new ProblemError(0, '', String(error)));
    return REFRESH_SOON_MS;
  }
}
