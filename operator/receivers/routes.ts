/**
 * The route table: from a path to the compiled form of the Receiver that has it. A path has one owner; where two
 * Receivers request the same, the older has it, and the younger is reconciled once it is free.
 */

import { ReceiverError } from '../api/errors.ts';
import { createKeyIndex } from '../kube/queue/key-index.ts';
import { createPreviousRoutes } from './previous-routes.ts';
import type { Route } from './route.ts';
import { createWithdrawnPaths } from './withdrawn-paths.ts';

export interface RouteTable {
  find(path: string): Route | undefined;
  /** The route of a Receiver, by `namespace/name`. */
  findByKey(key: string): Route | undefined;
  /** The path of a Receiver's `previousToken`, by `namespace/name`; undefined: it has none. */
  previousPathOf(key: string): string | undefined;
  /**
   * Puts a Receiver's route at `path` and takes it from where it was before.
   * @param previousPath where it is served as well, unless the path is that of some Receiver's `token`.
   * @throws ReceiverError PathCollision when an older Receiver has the path; the Receiver then has none.
   */
  publish(path: string, route: Route, previousPath?: string): void;
  /** Takes a Receiver's route away. */
  withdraw(key: string): void;
  /** The Receiver that had a path, among its last two, and has it no more. */
  findWithdrawn(path: string): Route | undefined;
  /** A Receiver is gone: none of the paths that it had is remembered. */
  forget(key: string): void;
}

function isOlder(a: Route, b: Route): boolean {
  return a.createdAt === b.createdAt ? a.key < b.key : a.createdAt < b.createdAt;
}

/** `onChange` gets the key of each Receiver that loses its path to an older one, or may now have the path it waits for. */
export function createRouteTable(onChange: (key: string) => void): RouteTable {
  const byPath = new Map<string, Route>();
  const pathOf = new Map<string, string>();
  const previous = createPreviousRoutes(isOlder);
  const withdrawn = createWithdrawnPaths();
  /** Who waits for a path that an older Receiver has. */
  const waiting = createKeyIndex();

  function leave(key: string): void {
    const path = pathOf.get(key);
    if (path === undefined) return;
    withdrawn.add(key, path, byPath.get(path));
    pathOf.delete(key);
    byPath.delete(path);
    const keys = waiting.keysOf(path);
    for (const next of keys) waiting.set(next, undefined);
    for (const next of keys) onChange(next);
  }

  function leavePrevious(key: string): void {
    const path = previous.pathOf(key);
    if (path === undefined) return;
    withdrawn.add(key, path, byPath.get(pathOf.get(key) ?? ''));
    previous.remove(key);
  }

  function reserve(path: string, route: Route): void {
    const owner = byPath.get(path);
    if (owner === undefined || owner.key === route.key) return;
    if (isOlder(owner, route)) {
      leavePrevious(route.key);
      leave(route.key);
      waiting.set(route.key, path);
      throw new ReceiverError(
        'PathCollision',
        `Receiver ${owner.key} is older and has the same webhook path; change this Receiver's name or token`,
      );
    }
    pathOf.delete(owner.key);
    onChange(owner.key);
  }

  return {
    find: (path) => byPath.get(path) ?? previous.find(path),
    findWithdrawn: withdrawn.find,
    forget: withdrawn.forget,
    findByKey: (key) => byPath.get(pathOf.get(key) ?? ''),
    previousPathOf: previous.pathOf,
    withdraw(key) {
      waiting.set(key, undefined);
      leavePrevious(key);
      leave(key);
    },
    publish(path, route, previousPath) {
      waiting.set(route.key, undefined);
      reserve(path, route);
      byPath.set(path, route);
      if (previous.pathOf(route.key) !== previousPath) leavePrevious(route.key);
      previous.set({ ...route, credential: 'previousToken' }, previousPath);
      if (pathOf.get(route.key) === path) return;
      // The new path answers before the old one stops.
      leave(route.key);
      pathOf.set(route.key, path);
    },
  };
}
