interface Explained {
  readonly status: 'True' | 'False';
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** The reasons of the condition `ResolvedRefs`, what each means, and what to do; `status` is the condition's. */
export const resolvedRefsReasons = {
  Resolved: {
    status: 'True',
    meaning: 'Every target can be found.',
    remedy: '',
  },
  NothingSelected: {
    status: 'True',
    meaning: "Every named target can be found, but an entry with `name: '*'` selects none now.",
    remedy: 'Label a resource, or correct `matchLabels` of the entry that the message names.',
  },
  TargetInvalid: {
    status: 'False',
    meaning: "An entry can mean no object: `name: '*'` without `matchLabels`, or a name that no object can have.",
    remedy: 'Correct the entry.',
  },
  KindUnknown: {
    status: 'False',
    meaning: 'The kind has no known API version, or the API server does not serve it.',
    remedy: 'Set `apiVersion`, correct the kind, or install its CRD.',
  },
  TargetForbidden: {
    status: 'False',
    meaning: '`--no-cross-namespace-refs` is set and the target is elsewhere, or the operator may not read it.',
    remedy: 'Move the target or unset the flag, or grant the right that the message names.',
  },
  TargetNotFound: {
    status: 'False',
    meaning: 'A named target is not there.',
    remedy: 'Correct its name, or create it.',
  },
} as const satisfies Record<string, Explained>;

export type ResolvedRefsReason = keyof typeof resolvedRefsReasons;
