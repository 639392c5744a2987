/**
 * The contract of a part of the feature of deliveries: what reads records, and tells people or acts. Parts share the
 * journal, and know nothing of each other but what `feature.ts` hands them.
 */
export interface Part {
  /** Begins its work; done when nothing is left to wait for. */
  start?(): Promise<void>;
  /** This replica leads from now on. */
  lead?(): void;
  /** Ends what it started. */
  stop?(): Promise<void>;
}
