/**
 * Writes the lines that a sender can cause at will: at most one of each kind in a second, or another time, with the number
 * of those left out. Its memory and its lines in that time are bounded, however many kinds there are.
 */
import { type Clock, systemClock } from './clock.ts';
import type { Logger } from './log.ts';

export interface SampledLog {
  /** `kind` says which lines share one: a code, and the object that it is about. */
  info(kind: string, fields: Readonly<Record<string, unknown>>, message: string): void;
  /** As `info`. */
  error(kind: string, fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface SampledLogOptions {
  readonly clock?: Pick<Clock, 'elapsedMs'>;
  /** Between two lines of a kind; default 1 s. */
  readonly intervalMs?: number;
  /** Kinds that are distinguished at the same time; all others share one line. */
  readonly maxKinds?: number;
}

interface Kind {
  /** When its next line may be written. */
  nextMs: number;
  suppressed: number;
}

const DEFAULT_INTERVAL_MS = 1_000;
const MAX_KINDS = 1_000;

export function createSampledLog(log: Logger, options: SampledLogOptions = {}): SampledLog {
  const { clock = systemClock, intervalMs = DEFAULT_INTERVAL_MS, maxKinds = MAX_KINDS } = options;
  /** In the order of their last lines. */
  const kinds = new Map<string, Kind>();
  const others: Kind = { nextMs: Number.NEGATIVE_INFINITY, suppressed: 0 };

  /** Forgets the kind whose last line is the oldest, if its time is over. */
  function makeRoom(now: number): boolean {
    if (kinds.size < maxKinds) return true;
    const [oldest] = kinds;
    if (oldest === undefined || now < oldest[1].nextMs) return false;
    kinds.delete(oldest[0]);
    return true;
  }

  function kindOf(name: string, now: number): Kind {
    const known = kinds.get(name);
    if (known !== undefined) {
      if (now < known.nextMs) return known;
      kinds.delete(name);
    } else if (!makeRoom(now)) return others;
    const kind = known ?? { nextMs: now, suppressed: 0 };
    kinds.set(name, kind);
    return kind;
  }

  function writer(level: keyof SampledLog): SampledLog['info'] {
    return (name, fields, message) => {
      const now = clock.elapsedMs();
      const kind = kindOf(name, now);
      if (now < kind.nextMs) {
        kind.suppressed++;
        return;
      }
      log[level](kind.suppressed > 0 ? { ...fields, suppressed: kind.suppressed } : fields, message);
      kind.nextMs = now + intervalMs;
      kind.suppressed = 0;
    };
  }

  return { info: writer('info'), error: writer('error') };
}
