/** What a sender says was pushed. */
export interface Announced {
  /** As the sender names it: `refs/heads/main`, a tag. */
  readonly ref?: string;
  /** The revision before; absent where the sender does not say, or there was none. */
  readonly before?: string;
  /** The revision that was pushed; absent where it was deleted, or the sender names a tag alone. */
  readonly revision?: string;
}
