/**
 * Which events are the same one again: repeated within six minutes, they count up instead of becoming new ones.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../observe/clock.ts';

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase. */
  readonly reason: string;
  /** For people; cut to 1,024 bytes. */
  readonly note: string;
  /** Of the Event object. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An event, and how often it happened by now. */
export interface EventSeries {
  readonly regarding: Regarding;
  readonly text: EventText;
  /** Of the Event object. */
  readonly name: string;
  /** Both in ms since 1970. */
  readonly firstAtMs: number;
  lastAtMs: number;
  count: number;
  /** Whether the API server knows the Event. */
  created: boolean;
  /** Whether it is in the queue to be written. */
  waiting: boolean;
}

export interface RecentEvents {
  /** Counts the event up, or begins a new series with a count of 1. `object` identifies what it is about. */
  count(object: string, regarding: Regarding, text: EventText): EventSeries;
}

interface Remembered {
  readonly series: EventSeries;
  lastElapsedMs: number;
}

const SERIES_ENDS_AFTER_MS = 6 * 60_000;
const MOST_SERIES = 4096;

export function createRecentEvents(clock: Clock): RecentEvents {
  /** In the order of the last mention. */
  const recent = new Map<string, Remembered>();
  const nameOf = createEventNames();
  return {
    count(object, regarding, text) {
      const key = `${object}${JSON.stringify([text.type, text.reason, text.note])}`;
      const [nowMs, elapsedMs] = [clock.now(), clock.elapsedMs()];
      let series = recent.get(key)?.series;
      forgetOld(recent, elapsedMs);
      if (series === undefined || !recent.delete(key)) {
        const name = nameOf(regarding.name, nowMs);
        series = { regarding, text, name, firstAtMs: nowMs, lastAtMs: nowMs, count: 0, created: false, waiting: false };
      }
      series.count += 1;
      series.lastAtMs = nowMs;
      recent.set(key, { series, lastElapsedMs: elapsedMs });
      return series;
    },
  };
}

function forgetOld(recent: Map<string, Remembered>, elapsedMs: number): void {
  for (const [key, { lastElapsedMs }] of recent) {
    if (recent.size < MOST_SERIES && elapsedMs - lastElapsedMs <= SERIES_ENDS_AFTER_MS) return;
    recent.delete(key);
  }
}

/**
 * Names are unique, even for two events in the same millisecond, of two recorders or replicas too, and fit for an object
 * with a long name.
 */
function createEventNames(): (objectName: string, nowMs: number) => string {
  const recorder = randomBytes(4).toString('hex');
  let stamp = 0;
  return (objectName, nowMs) => {
    stamp = Math.max(stamp + 1, Math.round(nowMs * 1000));
    return `${objectName.slice(0, 230).replace(/[^a-z0-9]+$/, '')}.${stamp.toString(16)}${recorder}`;
  };
}
