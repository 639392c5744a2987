/** Remembers the paths that Receivers had, so that a sender which still uses one is told apart from a stranger. */
import type { Route } from './route.ts';

export interface WithdrawnPaths {
  /** A Receiver has the path no more. */
  add(key: string, path: string, route: Route | undefined): void;
  /** The route that was at the path, if that was among the last two of its Receiver. */
  find(path: string): Route | undefined;
  /** @param key `namespace/name` of a Receiver that is gone. */
  forget(key: string): void;
}

const REMEMBERED = 2;

export function createWithdrawnPaths(): WithdrawnPaths {
  const byPath = new Map<string, Route>();
  const pathsOf = new Map<string, string[]>();
  return {
    add(key, path, route) {
      if (route === undefined) return;
      const paths = (pathsOf.get(key) ?? []).filter((known) => known !== path);
      paths.push(path);
      const forgotten = paths.length > REMEMBERED ? paths.shift() : undefined;
      if (forgotten !== undefined && byPath.get(forgotten)?.key === key) byPath.delete(forgotten);
      pathsOf.set(key, paths);
      const { credential: _, ...others } = route;
      byPath.set(path, { ...others, serving: undefined });
    },
    find: (path) => byPath.get(path),
    forget(key) {
      for (const path of pathsOf.get(key) ?? []) if (byPath.get(path)?.key === key) byPath.delete(path);
      pathsOf.delete(key);
    },
  };
}
