/**
 * Lets one of equal events through in each window of time (contract, *Rate limit*). The windows of an event follow each
 * other from its first one on.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../observe/clock.ts';
import { type FluxEvent, groupOf } from '../flux-event.ts';

export interface DuplicateLimit {
  /** Takes the event's place in its window. */
  take(event: FluxEvent): Taken;
}

export interface Taken {
  /** False: an equal one was taken in this window. */
  readonly allowed: boolean;
  /** When the window ends, in ms since 1970. */
  readonly endsAtMs: number;
}

interface Window {
  startedMs: number;
  /** The window, counted from the first, in which one was last let through. */
  usedIndex: number;
  lastMs: number;
  /** By when it has its place among the others. */
  placedMs: number;
}

/** Some 100 bytes each. */
const MOST_REMEMBERED = 200_000;
const FORGOTTEN_AT_ONCE = 64;
/** 132 bits of base64: no two events meet by chance. */
const KEY_LENGTH = 22;
const KEY_METADATA = ['originRevision', 'revision', 'token'] as const;

export function createDuplicateLimit(intervalMs: number, clock: Clock): DuplicateLimit {
  /** In the order of their places. */
  const windows = new Map<string, Window>();
  return {
    take(event) {
      const nowMs = clock.elapsedMs();
      const idleMs = nowMs - 2 * intervalMs;
      forgetIdle(windows, idleMs);
      const window = windowOf(windows, keyOf(event), { nowMs, idleMs });
      const index = Math.floor((nowMs - window.startedMs) / intervalMs);
      const allowed = index > window.usedIndex;
      window.usedIndex = index;
      window.lastMs = nowMs;
      const leftMs = window.startedMs + (index + 1) * intervalMs - nowMs;
      return { allowed, endsAtMs: clock.now() + leftMs };
    },
  };
}

/** Those whose last event is older are forgotten. */
interface Times {
  readonly nowMs: number;
  readonly idleMs: number;
}

function windowOf(windows: Map<string, Window>, key: string, { nowMs, idleMs }: Times): Window {
  const known = windows.get(key);
  if (known !== undefined && known.lastMs >= idleMs) return known;
  const window: Window = { startedMs: nowMs, usedIndex: -1, lastMs: nowMs, placedMs: nowMs };
  windows.delete(key);
  windows.set(key, window);
  return window;
}

/** A few at each event, which adds one at most. One that was asked for since it got its place gets a new one. */
function forgetIdle(windows: Map<string, Window>, idleMs: number): void {
  let left = FORGOTTEN_AT_ONCE;
  for (const [key, window] of windows) {
    const isFull = windows.size >= MOST_REMEMBERED;
    if (left === 0 || (window.placedMs >= idleMs && !isFull)) return;
    left -= 1;
    windows.delete(key);
    if (isFull || window.lastMs < idleMs) continue;
    window.placedMs = window.lastMs;
    windows.set(key, window);
  }
}

function keyOf(event: FluxEvent): string {
  const { name, namespace, kind } = event.involvedObject;
  const group = groupOf(event.involvedObject);
  let text = `event/name=${name}/namespace=${namespace}/kind=${kind}/message=${event.message}`;
  for (const each of KEY_METADATA) {
    const value = event.metadata.get(`${group}/${each}`);
    if (value !== undefined) text += `/${each}=${value}`;
  }
  return hash('sha256', text, 'base64').slice(0, KEY_LENGTH);
}
