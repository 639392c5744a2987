import { describe, expect, it } from 'vitest';
import { ReceiverError } from '../../../operator/api/errors.ts';
import type { Route } from '../../../operator/receivers/route.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';

function route(key: string, createdAt: string): Route {
  const [namespace = '', name = ''] = key.split('/');
  return { key, namespace, name, uid: undefined, createdAt, type: undefined, serving: undefined };
}

function table() {
  const changed: string[] = [];
  return { changed, routes: createRouteTable((key) => changed.push(key)) };
}

const older = route('a/older', '2026-01-01T00:00:00Z');
const younger = route('a/younger', '2026-01-02T00:00:00Z');

describe('the route table', () => {
  it('finds a published route and nothing else', () => {
    const { routes } = table();
    routes.publish('/hook/1', older);
    expect(routes.find('/hook/1')).toBe(older);
    expect(routes.find('/hook/2')).toBeUndefined();
    expect(routes.find('__proto__')).toBeUndefined();
  });

  it('finds a route by its Receiver, wherever its path is', () => {
    const { routes } = table();
    routes.publish('/hook/1', older);
    routes.publish('/hook/2', older);
    expect(routes.findByKey('a/older')).toBe(older);
    expect(routes.findByKey('a/younger')).toBeUndefined();
    routes.withdraw('a/older');
    expect(routes.findByKey('a/older')).toBeUndefined();
  });

  it('moves a route with its path', () => {
    const { routes } = table();
    routes.publish('/hook/1', older);
    routes.publish('/hook/2', older);
    expect(routes.find('/hook/1')).toBeUndefined();
    expect(routes.find('/hook/2')).toBe(older);
  });

  it('replaces a route at the same path', () => {
    const { routes } = table();
    routes.publish('/hook/1', older);
    const next = { ...older };
    routes.publish('/hook/1', next);
    expect(routes.find('/hook/1')).toBe(next);
  });

  it('refuses the younger of two that request a path, and lets it in when the older leaves', () => {
    const { routes, changed } = table();
    routes.publish('/hook/1', older);
    expect(() => routes.publish('/hook/1', younger)).toThrow(ReceiverError);
    expect(routes.find('/hook/1')).toBe(older);
    expect(changed).toEqual([]);
    routes.withdraw(older.key);
    expect(changed).toEqual([younger.key]);
    routes.publish('/hook/1', younger);
    expect(routes.find('/hook/1')).toBe(younger);
  });

  it('gives a path to the older even when the younger came first, and tells the younger', () => {
    const { routes, changed } = table();
    routes.publish('/hook/1', younger);
    routes.publish('/hook/1', older);
    expect(routes.find('/hook/1')).toBe(older);
    expect(changed).toEqual([younger.key]);
    expect(() => routes.publish('/hook/1', younger)).toThrow(/a\/older is older/);
  });

  it('frees a path for the one that waits when its owner moves', () => {
    const { routes, changed } = table();
    routes.publish('/hook/1', older);
    expect(() => routes.publish('/hook/1', younger)).toThrow(ReceiverError);
    routes.publish('/hook/2', older);
    expect(changed).toEqual([younger.key]);
  });

  it('takes the old path from a Receiver that collides at its new one', () => {
    const { routes } = table();
    routes.publish('/hook/1', older);
    routes.publish('/hook/2', younger);
    expect(() => routes.publish('/hook/1', younger)).toThrow(ReceiverError);
    expect(routes.find('/hook/2')).toBeUndefined();
  });

  it('forgets one that waited and went away', () => {
    const { routes, changed } = table();
    routes.publish('/hook/1', older);
    expect(() => routes.publish('/hook/1', younger)).toThrow(ReceiverError);
    routes.withdraw(younger.key);
    routes.withdraw(older.key);
    expect(changed).toEqual([]);
    expect(routes.find('/hook/1')).toBeUndefined();
  });

  describe('at the path of a previous token', () => {
    it('finds the route too, until it is published without one or withdrawn', () => {
      const { routes } = table();
      routes.publish('/hook/2', older, '/hook/1');
      expect(routes.find('/hook/2')).toBe(older);
      expect(routes.find('/hook/1')).toEqual({ ...older, credential: 'previousToken' });
      expect([routes.previousPathOf(older.key), routes.previousPathOf(younger.key)]).toEqual(['/hook/1', undefined]);
      expect(routes.findByKey(older.key)).toBe(older);
      routes.publish('/hook/3', older, '/hook/2');
      expect(routes.find('/hook/1')).toBeUndefined();
      expect(routes.find('/hook/2')?.credential).toBe('previousToken');
      routes.publish('/hook/3', older);
      expect(routes.find('/hook/2')).toBeUndefined();
      expect(routes.previousPathOf(older.key)).toBeUndefined();
      routes.publish('/hook/3', older, '/hook/2');
      routes.withdraw(older.key);
      expect(routes.find('/hook/2')).toBeUndefined();
    });

    it('remembers it once it is withdrawn, beside its own', () => {
      const { routes } = table();
      routes.publish('/hook/2', older, '/hook/1');
      expect(routes.findWithdrawn('/hook/1')).toBeUndefined();
      routes.publish('/hook/2', older);
      expect(routes.findWithdrawn('/hook/1')).toMatchObject({ key: older.key, serving: undefined });
      routes.publish('/hook/2', older, '/hook/3');
      routes.withdraw(older.key);
      for (const path of ['/hook/2', '/hook/3']) expect(routes.findWithdrawn(path)?.key).toBe(older.key);
      routes.forget(older.key);
      for (const path of ['/hook/2', '/hook/3']) expect(routes.findWithdrawn(path)).toBeUndefined();
    });

    it('finds first who has the path by its token, be it older or younger, and disturbs neither', () => {
      const { routes, changed } = table();
      routes.publish('/hook/2', older, '/hook/1');
      routes.publish('/hook/1', younger, '/hook/2');
      expect(routes.find('/hook/1')).toBe(younger);
      expect(routes.find('/hook/2')).toBe(older);
      routes.withdraw(younger.key);
      expect(routes.find('/hook/1')?.key).toBe(older.key);
      expect(changed).toEqual([]);
    });

    it.each([
      ['older', [older, younger]],
      ['older, which comes last', [younger, older]],
    ] as const)('finds the %s of two that have it', (_what, order) => {
      const { routes } = table();
      for (const each of order) routes.publish(`/hook/${each.name}`, each, '/hook/1');
      expect(routes.find('/hook/1')?.key).toBe(older.key);
      routes.publish('/hook/older', older);
      expect(routes.find('/hook/1')?.key).toBe(younger.key);
    });

    it('finds nobody who lost its own path', () => {
      const { routes } = table();
      routes.publish('/hook/1', older);
      routes.publish('/hook/2', younger, '/hook/3');
      expect(() => routes.publish('/hook/1', younger, '/hook/3')).toThrow(ReceiverError);
      expect(routes.find('/hook/3')).toBeUndefined();
    });
  });

  it('breaks a tie of age by name, the same way on every replica', () => {
    const { routes } = table();
    const twin = route('a/aaa', younger.createdAt);
    routes.publish('/hook/1', younger);
    routes.publish('/hook/1', twin);
    expect(routes.find('/hook/1')).toBe(twin);
  });
});
