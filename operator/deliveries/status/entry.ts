import type { StatusAddition } from '../../platform/status-additions.ts';
import type { ObjectRef } from '../records/record.ts';

/** What this replica remembers of an object while it leads. */
export interface Entry {
  readonly object: ObjectRef;
  /** It is to be looked at, because something came. */
  isMarked: boolean;
  /** Not before then, by `elapsedMs`. */
  nextLookMs: number;
  /** Until then what is not refused changes nothing. */
  calmUntilMs: number;
  /** What is decided, until the status has it. */
  addition: StatusAddition | undefined;
  /** As in `DeliveringInput`. */
  silentBreak: string | false | undefined;
}

export function newEntry({ kind, namespace, name }: ObjectRef): Entry {
  return {
    object: { kind, namespace, name },
    ...{ isMarked: false, nextLookMs: 0, calmUntilMs: 0, addition: undefined, silentBreak: undefined },
  };
}
