/** Filters that somebody tries in place of a Receiver's own. */
import type { Receiver } from '../../api/receiver/receiver.ts';

export interface TriedFilters {
  /** Undefined: the Receiver's own; '': none. */
  readonly resourceFilter?: string | undefined;
  /** In the order of `spec.resources`; what is not named stays. */
  readonly resources?: readonly { readonly filter?: string | undefined }[] | undefined;
}

/** The Receiver as it would be with them. */
export function withFilters(receiver: Receiver, { resourceFilter, resources = [] }: TriedFilters): Receiver {
  const { spec } = receiver;
  return {
    ...receiver,
    spec: {
      ...spec,
      ...(resourceFilter === undefined ? {} : { resourceFilter }),
      resources: spec.resources.map((entry, index) => {
        const filter = resources[index]?.filter;
        return filter === undefined ? entry : { ...entry, filter };
      }),
    },
  };
}
