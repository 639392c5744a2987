/** What is made of Receivers and their Secrets, kept, and taken back; with the real compiler and route table. */
import { describe, expect, it } from 'vitest';
import type { Receiver } from '../../../operator/api/receiver/receiver.ts';
import { ApiError } from '../../../operator/kube/api-error.ts';
import { createPublisher } from '../../../operator/receivers/publisher.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import type { TargetEntry } from '../../../operator/receivers/target-entry.ts';
import { webhookPath } from '../../../operator/receivers/webhook-path.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import type { SecretData } from '../../../operator/webhooks/webhook-type.ts';
import { aReceiver, compiled, TOKEN } from './a-receiver.ts';

const KEY = 'apps/web';
const PATH = compiled(aReceiver()).path;
const BAD_CEL = { resourceFilter: 'nonsense' };

function setUp() {
  const secrets: { read: number; answer: SecretData | Error | undefined } = { read: 0, answer: { token: TOKEN } };
  const prepared: (readonly TargetEntry[])[] = [];
  const routes = createRouteTable(() => undefined);
  const publisher = createPublisher({
    types: webhookTypes,
    secrets: {
      async get() {
        secrets.read += 1;
        if (secrets.answer instanceof Error) throw secrets.answer;
        return secrets.answer;
      },
    },
    routes,
    targets: { prepare: (entries) => void prepared.push(entries) },
  });
  const publish = async (receiver: Receiver, key = KEY) => {
    const outcome = await publisher.publish(key, receiver);
    return 'path' in outcome ? outcome.path : outcome.error.code;
  };
  return { secrets, prepared, routes, publisher, publish };
}

describe('a published Receiver', () => {
  it('is served at its path, and its targets are prepared', async () => {
    const { publish, routes, prepared } = setUp();
    expect(await publish(aReceiver())).toBe(PATH);
    expect(routes.find(PATH)?.serving).toBeDefined();
    expect(prepared.map((entries) => entries.map(({ name }) => name))).toEqual([['web']]);
  });

  it('is made once for each spec and Secret', async () => {
    const { publish, routes, prepared, secrets } = setUp();
    await publish(aReceiver());
    const first = routes.find(PATH);
    await publish(aReceiver());
    expect(routes.find(PATH)).toBe(first);
    expect(prepared).toHaveLength(1);
    await publish(aReceiver({}, { generation: 2 }));
    const second = routes.find(PATH);
    expect(second).not.toBe(first);
    await publish(aReceiver({}, { generation: 2, uid: 'u2' }));
    expect(routes.find(PATH)).not.toBe(second);
    secrets.answer = { token: Buffer.from('rotated') };
    const rotated = await publish(aReceiver({}, { generation: 2, uid: 'u2' }));
    expect(rotated).not.toBe(PATH);
    expect(routes.find(PATH)).toBeUndefined();
    expect(routes.find(rotated)?.serving).toBeDefined();
  });

  it.each<[what: string, answer: SecretData | Error | undefined]>([
    ['missing', undefined],
    ['without a token', {}],
    ['forbidden', new ApiError(403, undefined, undefined)],
  ])('has no path while its Secret is %s', async (_what, answer) => {
    const { publish, routes, secrets } = setUp();
    await publish(aReceiver());
    secrets.answer = answer;
    expect(await publish(aReceiver())).toBe('TokenNotFound');
    expect(routes.find(PATH)).toBeUndefined();
  });

  it.each(['', '..', 'a/b'])('asks for no Secret by the name %j', async (name) => {
    const { publish, secrets } = setUp();
    expect(await publish(aReceiver({ secretRef: { name } }))).toBe('TokenNotFound');
    expect(secrets.read).toBe(0);
  });

  it('is served on while its Secret cannot be read', async () => {
    const { publish, routes, secrets } = setUp();
    await publish(aReceiver());
    secrets.answer = new ApiError(500, undefined, undefined);
    await expect(publish(aReceiver({}, { generation: 2 }))).rejects.toBe(secrets.answer);
    expect(routes.find(PATH)?.serving).toBeDefined();
  });

  it('is unavailable at the path it had while its spec is wrong', async () => {
    const { publish, routes } = setUp();
    await publish(aReceiver());
    expect(await publish(aReceiver(BAD_CEL, { generation: 2 }))).toBe('InvalidCELExpression');
    expect(routes.find(PATH)).toMatchObject({ key: KEY, serving: undefined });
  });

  it.each([
    [PATH, PATH],
    ['/hook/none', undefined],
    [undefined, undefined],
  ])('that is wrong from the start takes its path from the status: %s', async (webhookPath, expected) => {
    const { publish, routes } = setUp();
    const status = webhookPath === undefined ? {} : { webhookPath };
    await publish({ ...aReceiver(BAD_CEL), status });
    expect(routes.findByKey(KEY)).toBe(routes.find(expected ?? ''));
    expect(routes.findByKey(KEY) === undefined).toBe(expected === undefined);
    expect(routes.find(PATH)?.serving).toBeUndefined();
  });

  it('leaves a path to the older of two', async () => {
    const { publish, routes } = setUp();
    // Name and namespace are joined without a separator.
    const older = aReceiver({}, { name: 'a', namespace: 'bc', creationTimestamp: '2026-01-01T00:00:00Z' });
    const younger = aReceiver({}, { name: 'ab', namespace: 'c', creationTimestamp: '2026-01-02T00:00:00Z' });
    const path = await publish(older, 'bc/a');
    expect(await publish(younger, 'c/ab')).toBe('PathCollision');
    expect(routes.find(path)?.key).toBe('bc/a');
    expect(routes.findByKey('c/ab')).toBeUndefined();
  });

  it('is gone once it is withdrawn', async () => {
    const { publish, publisher, routes } = setUp();
    await publish(aReceiver());
    publisher.withdraw(KEY);
    expect(routes.find(PATH)).toBeUndefined();
  });
});

describe('a Receiver that is to be unavailable', () => {
  it('keeps the path it had', async () => {
    const { publish, publisher, routes } = setUp();
    await publish(aReceiver());
    await publisher.publishUnavailable(KEY, aReceiver({ suspend: true }));
    expect(routes.find(PATH)).toMatchObject({ serving: undefined, type: { name: 'generic' } });
  });

  it('keeps both paths of a rotation, however often it is said', async () => {
    const { publish, publisher, routes, secrets } = setUp();
    secrets.answer = { token: Buffer.from('new'), previousToken: TOKEN };
    const path = await publish(aReceiver());
    expect(publisher.previousPathOf(KEY)).toBe(PATH);
    expect([routes.find(path)?.credential, routes.find(PATH)?.credential]).toEqual(['token', 'previousToken']);
    const suspended = { ...aReceiver({ suspend: true }), status: { webhookPath: path } };
    for (const again of [suspended, suspended]) await publisher.publishUnavailable(KEY, again);
    const unavailable = { key: KEY, serving: undefined };
    expect(routes.find(path)).toMatchObject({ ...unavailable, credential: 'token' });
    expect(routes.find(PATH)).toMatchObject({ ...unavailable, credential: 'previousToken' });
    publisher.withdraw(KEY);
    expect([routes.find(path), routes.find(PATH)]).toEqual([undefined, undefined]);
  });

  describe('after a start, with a previousToken', () => {
    const path = webhookPath(Buffer.from('new'), 'web', 'apps');
    const rotated = { token: Buffer.from('new'), previousToken: TOKEN };
    const start = (answer: SecretData | Error | undefined) => {
      const world = setUp();
      world.secrets.answer = answer;
      return { ...world, find: () => [path, PATH].map((each) => world.routes.find(each)?.key) };
    };
    const suspended = { ...aReceiver({ suspend: true }), status: { webhookPath: path } };

    it('has both paths, by its Secret', async () => {
      const { publisher, routes, find } = start(rotated);
      await publisher.publishUnavailable(KEY, suspended);
      expect(find()).toEqual([KEY, KEY]);
      expect(routes.find(PATH)).toMatchObject({ serving: undefined, suspended: true, credential: 'previousToken' });
    });

    it('has both paths where it is stalled, whatever is wrong', async () => {
      for (const wrong of [BAD_CEL, { type: 'unheard-of' }]) {
        const { publish, find } = start(rotated);
        await publish({ ...aReceiver(wrong as object), status: { webhookPath: path } });
        expect(find()).toEqual([KEY, KEY]);
      }
    });

    it('has its own path at once, and the other one when its Secret can be read', async () => {
      const away = new ApiError(503, undefined, undefined);
      const { publisher, secrets, find } = start(away);
      await expect(publisher.publishUnavailable(KEY, suspended)).rejects.toBe(away);
      expect(find()).toEqual([KEY, undefined]);
      secrets.answer = rotated;
      await publisher.publishUnavailable(KEY, suspended);
      expect(find()).toEqual([KEY, KEY]);
    });

    it('keeps both while there is no Secret that may be read, and one once that has none', async () => {
      const { publisher, secrets, find } = start(rotated);
      for (const answer of [rotated, undefined, new ApiError(403, undefined, undefined)]) {
        secrets.answer = answer;
        await publisher.publishUnavailable(KEY, suspended);
        expect(find()).toEqual([KEY, KEY]);
      }
      secrets.answer = { token: Buffer.from('new') };
      await publisher.publishUnavailable(KEY, suspended);
      expect(find()).toEqual([KEY, undefined]);
    });
  });

  it('has none that an older one has', async () => {
    const { publisher, routes } = setUp();
    const status = { webhookPath: PATH };
    await publisher.publishUnavailable('a/1', { ...aReceiver({}, { name: '1', namespace: 'a' }), status });
    const later = { name: '2', namespace: 'a', creationTimestamp: '2026-01-02T00:00:00Z' };
    await publisher.publishUnavailable('a/2', { ...aReceiver({}, later), status });
    expect(routes.find(PATH)?.key).toBe('a/1');
  });
});
