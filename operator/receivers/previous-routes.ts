/** The routes of Receivers at the paths of their `previousToken`, which are served where no Receiver's `token` has the path. */
import type { Route } from './route.ts';

export interface PreviousRoutes {
  /** The route at a path: of several Receivers that have it, the oldest's. */
  find(path: string): Route | undefined;
  /** The path of a Receiver, by `namespace/name`. */
  pathOf(key: string): string | undefined;
  /** Puts a Receiver's route at `path` and takes it from where it was before; undefined: at no path. */
  set(route: Route, path: string | undefined): void;
  remove(key: string): void;
}

/** @param isOlder whether the first of two Receivers comes before the other. */
export function createPreviousRoutes(isOlder: (a: Route, b: Route) => boolean): PreviousRoutes {
  const byPath = new Map<string, readonly Route[]>();
  const pathOf = new Map<string, string>();

  function remove(key: string): void {
    const path = pathOf.get(key);
    if (path === undefined) return;
    pathOf.delete(key);
    const others = othersAt(path, key);
    if (others.length === 0) byPath.delete(path);
    else byPath.set(path, others);
  }

  function othersAt(path: string, key: string): readonly Route[] {
    return (byPath.get(path) ?? []).filter((route) => route.key !== key);
  }

  return {
    find: (path) => byPath.get(path)?.[0],
    pathOf: (key) => pathOf.get(key),
    remove,
    set(route, path) {
      remove(route.key);
      if (path === undefined) return;
      pathOf.set(route.key, path);
      byPath.set(
        path,
        [...othersAt(path, route.key), route].sort((a, b) => (isOlder(a, b) ? -1 : 1)),
      );
    },
  };
}
