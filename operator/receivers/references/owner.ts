/** One object whose references are looked after, and what is known of them. */
import { type Condition, REQUESTED_AT_ANNOTATION } from '../../api/meta.ts';
import type { KubeObject } from '../../kube/kube-client.ts';
import { keyOf } from '../../kube/watch/object-store.ts';
import type { TargetReference } from '../target-reference.ts';
import type { Finding } from './finding.ts';
import type { Look } from './looks.ts';
import { resolvedRefs } from './resolved-refs.ts';

export interface OwnerReference {
  readonly reference: TargetReference;
  /** What is known without a look. */
  readonly fault: Finding | undefined;
  /** Undefined: there is a fault. */
  readonly look: Look | undefined;
}

/** What the condition says, or is to say. */
export type Shown = ReturnType<typeof resolvedRefs>;

export interface Owner {
  readonly kind: string;
  /** `namespace/name`. */
  readonly key: string;
  /** Another one: its references are looked up again. */
  readonly version: string;
  /** Another one: its references may be others. */
  readonly spec: string;
  readonly references: readonly OwnerReference[];
  /** Looks that are not done yet since it has this version; undefined: none. */
  awaited: Set<Look> | undefined;
  /** Called when none is awaited any more, by who writes its status just now. */
  wake: (() => void) | undefined;
  /** What its status says. */
  shown: Shown | undefined;
  /** Whether its faults are reported. */
  isReported: boolean;
}

type WithConditions = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };

/** Without references yet. */
export function createOwner(kind: string, object: WithConditions): Owner {
  const { metadata } = object;
  const spec = `${metadata.uid}/${metadata.generation}`;
  return {
    kind,
    key: keyOf(metadata),
    version: `${spec}/${metadata.annotations?.[REQUESTED_AT_ANNOTATION]}`,
    spec,
    references: [],
    awaited: undefined,
    wake: undefined,
    shown: shownBy(object),
    isReported: false,
  };
}

/** The condition that the object has. */
export function shownBy({ status }: WithConditions): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'ResolvedRefs');
}

/** What the condition is to say; undefined: not every reference is looked up yet. */
export function observe({ references }: Pick<Owner, 'references'>): Shown | undefined {
  const found = references.flatMap(({ reference: { field }, fault, look }) => {
    const finding = fault ?? look?.finding;
    return finding === undefined ? [] : [{ field, finding }];
  });
  return found.length < references.length ? undefined : resolvedRefs(found);
}
