/**
 * What an informer holds: the projected objects by their keys, and the events that follow from each change of them.
 */
import type { ObjectMeta } from '../../api/meta.ts';
import type { Logger } from '../../observe/log.ts';
import type { KubeObject } from '../kube-client.ts';
import { createShareStrings } from './shared-strings.ts';

/** `initial`: from the first list. `key` is `namespace/name`, or `name` where there are no namespaces. */
export type InformerEvent<T> =
  | {
      readonly type: 'added' | 'updated';
      readonly key: string;
      readonly object: T;
      readonly previous?: T;
      readonly initial: boolean;
    }
  | { readonly type: 'deleted'; readonly key: string; readonly object: T };

export interface ObjectStore<T> {
  readonly objects: ReadonlyMap<string, T>;
  /** Takes an object as it is now; nothing happens when it is known with the same resourceVersion. */
  put(item: KubeObject, initial: boolean): void;
  /** `last`: the object as it was at its end, where that is known. */
  remove(key: string, last?: KubeObject): void;
  /** No events from now on. */
  silence(): void;
}

export interface ObjectStoreOptions<T> {
  /** What is kept of an object; must keep name, namespace, uid where a replacement matters, and resourceVersion. */
  project(object: KubeObject): T;
  onEvent?(event: InformerEvent<T>): void;
  readonly log: Logger;
}

export function createObjectStore<T extends { readonly metadata: ObjectMeta }>(
  options: ObjectStoreOptions<T>,
): ObjectStore<T> {
  const objects = new Map<string, T>();
  const shareStrings = createShareStrings();
  let silent = false;

  function tell(event: InformerEvent<T>): void {
    if (silent) return;
    try {
      options.onEvent?.(event);
    } catch (error) {
      // The change has happened, whatever its listener makes of it; the next ones must come through.
      options.log.error({ object: event.key, error }, 'handling a change failed');
    }
  }

  function projected(key: string, item: KubeObject): T | undefined {
    try {
      return options.project(item);
    } catch (error) {
      options.log.error({ object: key, error }, 'an object cannot be read, it is left out');
      return undefined;
    }
  }

  return {
    objects,
    put(item, initial) {
      const key = keyOf(item.metadata);
      const previous = objects.get(key);
      if (previous !== undefined && previous.metadata.resourceVersion === item.metadata.resourceVersion) return;
      const object = projected(key, item);
      if (object === undefined) return;
      shareStrings(object);
      objects.set(key, object);
      if (previous === undefined) tell({ type: 'added', key, object, initial });
      else if (previous.metadata.uid === object.metadata.uid) {
        tell({ type: 'updated', key, object, previous, initial });
      } else {
        // The same name with another uid: the deletion between the two was missed.
        tell({ type: 'deleted', key, object: previous });
        tell({ type: 'added', key, object, initial });
      }
    },
    remove(key, last) {
      const known = objects.get(key);
      if (known === undefined) return;
      objects.delete(key);
      const object = (last && projected(key, last)) ?? known;
      tell({ type: 'deleted', key, object });
    },
    silence() {
      silent = true;
    },
  };
}

/** `namespace/name`, or `name` where there are no namespaces. */
export function keyOf({ namespace, name }: ObjectMeta): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
