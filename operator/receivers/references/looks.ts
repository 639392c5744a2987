/**
 * Keeps what is found of references true: one look for each place that is referred to, however many refer to it. What is
 * watched is looked up again when it changes, the rest once a minute, two of them a second at most.
 */
import { isDeepStrictEqual } from 'node:util';
import { createDelayedKeys, type DelayedKeys } from '../../kube/queue/delayed-keys.ts';
import type { Priority } from '../../kube/queue/key-queue.ts';
import { createPacedKeys, type PacedKeys } from '../../kube/queue/paced-keys.ts';
import { createWorkQueue, type WorkQueue } from '../../kube/queue/work-queue.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { isSelectedBy } from '../live-targets.ts';
import type { TargetReference } from '../target-reference.ts';
import type { TargetChange } from '../target-watches.ts';
import type { Finding } from './finding.ts';
import type { LookedUp } from './look-up.ts';

/** One place that is referred to. */
export interface Look {
  readonly reference: TargetReference;
  /** What is found where the reference is not allowed; undefined: it is. */
  readonly forbidden: Finding | undefined;
  /** Undefined: not known yet. */
  readonly finding: Finding | undefined;
  /** Whose reference it is. */
  readonly users: ReadonlySet<string>;
}

export interface Looks {
  /** The look at a place. It is looked up in its turn: see {@link look}. */
  use(user: string, reference: TargetReference, forbidden: Finding | undefined): Look;
  /** One who no longer refers to it. */
  release(user: string, look: Look): void;
  /** Has it looked up: at once, after those, or in the slow turn of all that is known already. */
  look(look: Look, turn: Priority | 'paced'): void;
  /** Something happened to what is watched. */
  changed(change: TargetChange): void;
  /** Forgets all. */
  clear(): void;
  stop(): Promise<void>;
}

export interface LooksOptions {
  /** @throws when nothing can be known now. */
  readonly lookUp: (reference: TargetReference, forbidden: Finding | undefined) => Promise<LookedUp>;
  /** False: nothing is looked up. */
  readonly isWanted: () => boolean;
  /** It was looked up, with success or not. */
  readonly onLooked: (look: Look) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Entry extends Look {
  readonly key: string;
  finding: Finding | undefined;
  readonly users: Set<string>;
}

interface State {
  readonly options: LooksOptions;
  readonly entries: Map<string, Entry>;
  /** Those that select by labels, by their kind and namespace. */
  readonly selecting: Map<string, Set<Entry>>;
  readonly queue: WorkQueue;
  readonly paced: PacedKeys;
  /** Until they are looked up again. */
  readonly later: DelayedKeys;
}

const AT_ONCE = 4;
const PACE_MS = 500;
const AGAIN_MS = 60_000;
/** While nothing is known. */
const RETRY_MS = 5_000;

export function createLooks(options: LooksOptions): Looks {
  const { clock, log } = options;
  const queue = createWorkQueue({
    name: 'references',
    concurrent: AT_ONCE,
    minRetryDelayMs: RETRY_MS,
    maxRetryDelayMs: AGAIN_MS,
    reconcile: (key) => lookAt(state, key),
    log,
    clock,
  });
  const onKey = (key: string) => queue.add(key, 'backlog');
  const paced = createPacedKeys({ batch: 1, everyMs: PACE_MS, clock, onKey });
  const later = createDelayedKeys(clock, (key) => paced.add([key]));
  const state: State = { options, entries: new Map(), selecting: new Map(), queue, paced, later };
  queue.start();
  return {
    use: (user, reference, forbidden) => use(state, user, reference, forbidden),
    release: (user, look) => release(state, user, look),
    look(look, turn) {
      const key = keyOf(look.reference, look.forbidden);
      if (turn === 'paced') paced.add([key]);
      else queue.add(key, turn);
    },
    changed: (change) => changed(state, change),
    clear() {
      state.entries.clear();
      state.selecting.clear();
      later.clear();
    },
    async stop() {
      paced.stop();
      later.clear();
      await queue.stop();
    },
  };
}

function placeOf({ apiVersion, kind, namespace }: TargetReference): string {
  return `${apiVersion}/${kind}/${namespace}`;
}

function keyOf(reference: TargetReference, forbidden: Finding | undefined): string {
  const labels = Object.entries(reference.matchLabels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const what = reference.name === '*' ? `*${JSON.stringify(labels)}` : reference.name;
  return `${placeOf(reference)}/${what}${forbidden === undefined ? '' : ` ${forbidden.text}`}`;
}

function use(state: State, user: string, reference: TargetReference, forbidden: Finding | undefined): Look {
  const key = keyOf(reference, forbidden);
  const known = state.entries.get(key);
  const entry: Entry = known ?? { key, reference, forbidden, finding: undefined, users: new Set() };
  entry.users.add(user);
  if (known !== undefined) return known;
  state.entries.set(key, entry);
  if (reference.name !== '*') return entry;
  const place = placeOf(reference);
  const selecting = state.selecting.get(place) ?? new Set();
  state.selecting.set(place, selecting.add(entry));
  return entry;
}

function release({ entries, selecting, later }: State, user: string, look: Look): void {
  const key = keyOf(look.reference, look.forbidden);
  const entry = entries.get(key);
  if (entry === undefined || !entry.users.delete(user) || entry.users.size > 0) return;
  entries.delete(key);
  later.delete(key);
  const place = placeOf(look.reference);
  const others = selecting.get(place);
  others?.delete(entry);
  if (others?.size === 0) selecting.delete(place);
}

async function lookAt(state: State, key: string): Promise<void> {
  const { entries, later, options } = state;
  const entry = entries.get(key);
  if (entry === undefined || !options.isWanted()) return;
  let watched = false;
  try {
    const found = await options.lookUp(entry.reference, entry.forbidden);
    watched = found.watched;
    // The same one, so that whoever compares need not look inside.
    if (!isDeepStrictEqual(found.finding, entry.finding)) entry.finding = found.finding;
  } catch (error) {
    options.log.debug({ reference: key, error }, 'a target was not looked up');
  }
  if (entries.get(key) !== entry) return;
  if (watched) later.delete(key);
  else later.set(key, entry.finding === undefined ? RETRY_MS : AGAIN_MS);
  options.onLooked(entry);
}

function changed({ entries, queue, selecting }: State, { apiVersion, kind, event }: TargetChange): void {
  const { namespace, name } = event?.object.metadata ?? {};
  if (event === undefined || namespace === undefined) {
    for (const entry of entries.values()) {
      if (isOf(entry, { apiVersion, kind, name })) queue.add(entry.key, 'backlog');
    }
    return;
  }
  const place = `${apiVersion}/${kind}/${namespace}`;
  const named = entries.get(`${place}/${name}`);
  for (const entry of [...(named === undefined ? [] : [named]), ...(selecting.get(place) ?? [])]) {
    if (isNews(entry, event)) queue.add(entry.key, 'front');
  }
}

/** @param change of one object, or without a name of all of its kind. */
function isOf({ reference }: Entry, change: Pick<TargetChange, 'apiVersion' | 'kind'> & { name: string | undefined }) {
  if (reference.apiVersion !== change.apiVersion || reference.kind !== change.kind) return false;
  return change.name === undefined || reference.name === '*' || reference.name === change.name;
}

/** Whether a change of an object can be one of what is found. */
function isNews({ reference, finding }: Entry, event: NonNullable<TargetChange['event']>): boolean {
  if (finding === undefined) return true;
  const selects = (object: typeof event.object | undefined) => object !== undefined && isSelectedBy(reference)(object);
  const isFound = finding.reason === 'Resolved';
  if (event.type === 'deleted') return isFound && selects(event.object);
  return isFound ? selects(event.previous) && !selects(event.object) : selects(event.object);
}
