interface Explained {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** The reasons of the condition `Delivering`, what each means, and what to do; `status` is the condition's. */
export const deliveringReasons = {
  NoneYet: {
    status: 'Unknown',
    meaning: 'Nothing has arrived yet.',
    remedy: 'Enter `status.url` at the sender, or see whether messages reach the queue.',
  },
  Delivered: {
    status: 'True',
    meaning: 'The last delivery was not refused, or fewer than three in a row were.',
    remedy: '',
  },
  Refused: {
    status: 'False',
    meaning: 'Three or more in a row were refused, by all replicas together.',
    remedy: 'Do what the message says; it begins with an [error code](errors.md).',
  },
  SilentBreak: {
    status: 'False',
    meaning: 'Three times in a row a source moved to a revision that no delivery announced: it was found by polling.',
    remedy: "See the sender's page of deliveries: the hook is disabled, filtered or points elsewhere.",
  },
} as const satisfies Record<string, Explained>;
