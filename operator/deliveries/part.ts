/**
 * The contract of a part of the feature of deliveries: what reads records, and tells people or acts. Parts share the
 * journal, and know nothing of each other but what `feature.ts` hands them.
 */
import type { LeaseBefore } from '../kube/leader/lease.ts';

/** One of the parts. */
export interface Part {
  /** Begins its work; done when nothing is left to wait for. */
  start?(): Promise<void>;
  /** This replica leads from now on. @param before the Lease as it was found; undefined: there was none, or no election. */
  lead?(before: LeaseBefore | undefined): void;
  /** Ends what it started. */
  stop?(): Promise<void>;
}
