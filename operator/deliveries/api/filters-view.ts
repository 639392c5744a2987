/** The filters of a Receiver as it has them, for those who try others. */
import { defined } from '../../api/defined.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';

export interface FiltersView {
  readonly resourceFilter?: string;
  /** In the order of `spec.resources`. */
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly filter?: string }[];
}

/** Of an object that nobody has checked: it may lack what the CRD asks for. */
export function filtersView({ spec }: Receiver): FiltersView {
  const { resourceFilter, resources = [] } = spec;
  return {
    ...defined({ resourceFilter }),
    resources: resources.map(({ kind, name, filter }) => ({ kind, name, ...defined({ filter }) })),
  };
}
