/** The objects that an entry of `spec.resources` means, made as they are asked for: of a thousand a filter may name one. */
import type { ObjectMeta } from '../api/meta.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import type { Target } from './annotator.ts';
import { isSelectedBy } from './live-targets.ts';
import type { TargetEntry } from './target-entry.ts';
import type { TargetMetadata } from './target-watches.ts';

export interface SelectedTarget extends Target {
  /** Present where the entry needs it. */
  readonly metadata: ObjectMeta | undefined;
}

export interface SelectedTargets extends Iterable<SelectedTarget> {
  readonly size: number;
  get(name: string): SelectedTarget | undefined;
}

/** Objects that are watched, by `namespace/name`, or by name where their kind has no namespaces. */
export interface WatchedObjects {
  get(key: string): TargetMetadata | undefined;
  values(): Iterable<TargetMetadata>;
}

export function selectedTargets(targets: readonly SelectedTarget[]): SelectedTargets {
  return {
    size: targets.length,
    get: (name) => targets.find((target) => target.name === name),
    [Symbol.iterator]: () => targets.values(),
  };
}

/** Those of the watched objects that the entry selects, as they are when they are asked for. */
export function selectedOf(objects: WatchedObjects, type: ResourceType, entry: TargetEntry): SelectedTargets {
  const { kind, namespace } = entry;
  const isSelected = isSelectedBy(entry);
  const targetOf = ({ metadata }: TargetMetadata): SelectedTarget => {
    return { type, kind, namespace, name: metadata.name, metadata };
  };
  return {
    get size() {
      let size = 0;
      for (const object of objects.values()) if (isSelected(object)) size += 1;
      return size;
    },
    get(name) {
      const object = objects.get(type.namespaced ? `${namespace}/${name}` : name);
      return object !== undefined && isSelected(object) ? targetOf(object) : undefined;
    },
    *[Symbol.iterator]() {
      for (const object of objects.values()) if (isSelected(object)) yield targetOf(object);
    },
  };
}
