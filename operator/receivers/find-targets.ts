/** Finds the objects that an entry means as they are now, for people who ask: nothing is annotated. */
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { ResourceMetadata } from '../api/meta.ts';
import { resOf, selectTargets } from './choose.ts';
import type { TargetEntry } from './target-entry.ts';
import type { Targets } from './targets.ts';

export interface FoundTarget {
  readonly name: string;
  readonly res: ResourceMetadata;
}

export interface FindTargetsOptions {
  readonly targets: Pick<Targets, 'find'>;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
}

/**
 * @param namespace of the object whose entry it is.
 * @throws RequestError of why there are none.
 */
export async function findTargets(
  { targets, sameNamespaceOnly }: FindTargetsOptions,
  namespace: string,
  entry: TargetEntry,
): Promise<readonly FoundTarget[]> {
  try {
    const found = await selectTargets(
      { targets: { select: targets.find }, sameNamespaceOnly },
      namespace,
      entry,
      'sender',
    );
    return [...found].flatMap((target) => {
      const res = resOf(target);
      return res === undefined ? [] : [{ name: target.name, res }];
    });
  } catch (error) {
    throw error instanceof RequestError ? error : new RequestError('TargetRefused', messageOf(error), { cause: error });
  }
}
