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
}

/** Some 100 bytes each. */
const MOST_REMEMBERED = 200_000;
/** 132 bits of base64: no two events meet by chance. */
const KEY_LENGTH = 22;
const KEY_METADATA = ['originRevision', 'revision', 'token'] as const;

export function createDuplicateLimit(intervalMs: number, clock: Clock): DuplicateLimit {
  /** In the order in which they were last asked for. */
  const windows = new Map<string, Window>();
  return {
    take(event) {
      const nowMs = clock.elapsedMs();
      forgetIdle(windows, nowMs - 2 * intervalMs);
      const key = keyOf(event);
      const known = windows.get(key);
      const window = known ?? { startedMs: nowMs, usedIndex: -1, lastMs: nowMs };
      const index = Math.floor((nowMs - window.startedMs) / intervalMs);
      const allowed = index > window.usedIndex;
      window.usedIndex = index;
      window.lastMs = nowMs;
      windows.delete(key);
      windows.set(key, window);
      const leftMs = window.startedMs + (index + 1) * intervalMs - nowMs;
      return { allowed, endsAtMs: clock.now() + leftMs };
    },
  };
}

function forgetIdle(windows: Map<string, Window>, beforeMs: number): void {
  for (const [key, { lastMs }] of windows) {
    if (lastMs >= beforeMs && windows.size < MOST_REMEMBERED) return;
    windows.delete(key);
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
