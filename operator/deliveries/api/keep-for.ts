/** Keeps answers for a while, so that the same question is not asked again; as many as may be, the oldest out first. */
import type { Clock } from '../../observe/clock.ts';

export interface Kept<T> {
  /** What is kept under `key`, else what `make` gives. One that fails is not kept. */
  get(key: string, make: () => Promise<T>): Promise<T>;
}

export interface KeepOptions {
  readonly ms: number;
  readonly max: number;
  readonly clock: Pick<Clock, 'elapsedMs'>;
}

export function keepFor<T>({ ms, max, clock }: KeepOptions): Kept<T> {
  const entries = new Map<string, { readonly answer: Promise<T>; readonly untilMs: number }>();
  return {
    get(key, make) {
      const known = entries.get(key);
      if (known !== undefined && known.untilMs > clock.elapsedMs()) return known.answer;
      const answer = make();
      const entry = { answer, untilMs: clock.elapsedMs() + ms };
      entries.delete(key);
      entries.set(key, entry);
      const [oldest] = entries.keys();
      if (entries.size > max && oldest !== undefined) entries.delete(oldest);
      answer.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      return answer;
    },
  };
}
