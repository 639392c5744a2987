import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../operator/kube/kube-client.ts';
import { createObjectStore, keyOf } from '../../../../operator/kube/watch/object-store.ts';

/** A store whose `seen` has `type key resourceVersion` of each event, and `logged` the messages of its log. */
function open(options: { project?(object: KubeObject): KubeObject; onEvent?(): void } = {}) {
  const seen: string[] = [];
  const logged: string[] = [];
  const store = createObjectStore<KubeObject>({
    project: (object) => object,
    ...options,
    log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line).msg) }),
    onEvent(event) {
      const before = event.type === 'updated' ? `${event.previous?.metadata.resourceVersion}>` : '';
      seen.push(`${event.type} ${event.key} ${before}${event.object.metadata.resourceVersion}`);
      options.onEvent?.();
    },
  });
  return { store, seen, logged };
}

function object(name: string, resourceVersion: string, uid = '1'): KubeObject {
  return { metadata: { namespace: 'apps', name, uid, resourceVersion } };
}

describe('an object store', () => {
  it('tells what is new, what is different and what is gone, and nothing else', () => {
    const { store, seen } = open();
    store.put(object('a', '1'), true);
    store.put(object('a', '1'), false);
    store.put(object('a', '2'), false);
    store.remove('apps/b');
    store.remove('apps/a');
    store.remove('apps/a');
    expect(seen).toEqual(['added apps/a 1', 'updated apps/a 1>2', 'deleted apps/a 2']);
    expect(store.objects.size).toBe(0);
  });

  it('tells the deletion that was missed when another object has taken the name', () => {
    const { store, seen } = open();
    store.put(object('a', '1', 'first'), true);
    store.put(object('a', '5', 'second'), false);
    expect(seen).toEqual(['added apps/a 1', 'deleted apps/a 1', 'added apps/a 5']);
    expect(store.objects.get('apps/a')?.metadata.uid).toBe('second');
  });

  it('tells a deletion with the object as it was at its end, where that is known', () => {
    const { store, seen } = open();
    store.put(object('a', '1'), true);
    store.remove('apps/a', object('a', '2'));
    expect(seen.at(-1)).toBe('deleted apps/a 2');
  });

  it('outlives a listener that throws, and says so', () => {
    const { store, seen, logged } = open({
      onEvent() {
        throw new Error('faulty');
      },
    });
    store.put(object('a', '1'), true);
    store.put(object('b', '1'), true);
    expect(seen).toHaveLength(2);
    expect(logged).toEqual(['handling a change failed', 'handling a change failed']);
    expect(store.objects.size).toBe(2);
  });

  it('leaves out an object that cannot be read, and says so', () => {
    const { store, seen, logged } = open({
      project(item) {
        if (item.metadata.name === 'odd') throw new Error('odd');
        return item;
      },
    });
    store.put(object('odd', '1'), true);
    store.put(object('a', '1'), true);
    expect(seen).toEqual(['added apps/a 1']);
    expect(logged).toEqual(['an object cannot be read, it is left out']);
  });

  it('tells nothing once it is silent', () => {
    const { store, seen } = open();
    store.silence();
    store.put(object('a', '1'), true);
    store.remove('apps/a');
    expect(seen).toEqual([]);
  });
});

describe('keyOf', () => {
  it('is namespace and name, or the name alone', () => {
    expect(keyOf({ namespace: 'apps', name: 'a' })).toBe('apps/a');
    expect(keyOf({ name: 'a' })).toBe('a');
  });
});
