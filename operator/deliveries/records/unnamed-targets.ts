/** Targets that a filter leaves out: of a thousand their number is wanted, and which they are only as a rule's exception. */
import type { ObjectRef } from './record.ts';

export interface UnnamedTargets extends Iterable<ObjectRef> {
  readonly count: number;
  has(target: ObjectRef): boolean;
}
