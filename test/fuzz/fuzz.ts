/** Runs a property with a seed that is printed, so that what it finds can be found again. */
import fc from 'fast-check';

/** Something that is sent what nobody would send, and what must hold then. */
export interface FuzzTarget {
  readonly name: string;
  /** @returns undefined, or the smallest example that was found and what went wrong with it. */
  check(bounds: { readonly runs: number; readonly seed: number }): Promise<string | undefined>;
  stop(): Promise<void>;
}

export interface FuzzOptions {
  readonly runs: number;
  /** Default: a new one. */
  readonly seed?: number;
}

export function fuzzTarget<T>(
  name: string,
  property: fc.IAsyncProperty<T> | fc.IProperty<T>,
  stop: () => Promise<void> = async () => {},
): FuzzTarget {
  return {
    name,
    async check({ runs, seed }) {
      const details = await fc.check(property, { numRuns: runs, seed });
      return details.failed ? await fc.asyncDefaultReportMessage(details) : undefined;
    },
    stop,
  };
}

/** @throws Error with the seed and the report. */
export async function fuzz(target: FuzzTarget, { runs, seed = newSeed() }: FuzzOptions): Promise<void> {
  process.stdout.write(`fuzz ${target.name}: seed ${seed}, ${runs} runs\n`);
  const report = await target.check({ runs, seed });
  if (report !== undefined) throw new Error(`fuzz ${target.name}, seed ${seed}: ${report}`);
}

function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
