import type { Away, Patched, Target } from './annotator.ts';

/** How many targets of one selection are annotated at once. */
const WIDTH = 16;

export interface AllAnnotated {
  /** Set where the API server was away: what was still to come was not tried. */
  readonly away: Away | undefined;
  readonly errors: readonly unknown[];
}

/** Annotates targets, some at once; one that fails keeps no other from being annotated. Never throws. */
export async function annotateAll<T extends Target>(
  targets: readonly T[],
  annotate: (target: T) => Promise<Patched | Away>,
): Promise<AllAnnotated> {
  const errors: unknown[] = [];
  let away: Away | undefined;
  const left = targets.values();
  const annotateLeft = async (): Promise<void> => {
    for (const target of left) {
      try {
        const answer = await annotate(target);
        if ('away' in answer) away ??= answer;
      } catch (error) {
        errors.push(error);
      }
      if (away !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, targets.length) }, annotateLeft));
  return { away, errors };
}
