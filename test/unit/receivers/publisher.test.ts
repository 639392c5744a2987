/** What is made of Receivers and their Secrets, kept, and taken back; with the real compiler and route table. */
import { describe, expect, it } from 'vitest';
import type { Receiver } from '../../../operator/api/receiver/receiver.ts';
import { ApiError } from '../../../operator/kube/api-error.ts';
import { createPublisher } from '../../../operator/receivers/publisher.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import type { TargetEntry } from '../../../operator/receivers/target-entry.ts';
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
    publisher.publishUnavailable(KEY, aReceiver({ suspend: true }));
    expect(routes.find(PATH)).toMatchObject({ serving: undefined, type: { name: 'generic' } });
  });

  it('keeps both paths of a rotation, however often it is said', async () => {
    const { publish, publisher, routes, secrets } = setUp();
    secrets.answer = { token: Buffer.from('new'), previousToken: TOKEN };
    const path = await publish(aReceiver());
    expect(publisher.previousPathOf(KEY)).toBe(PATH);
    expect([routes.find(path)?.credential, routes.find(PATH)?.credential]).toEqual(['token', 'previousToken']);
    const suspended = { ...aReceiver({ suspend: true }), status: { webhookPath: path } };
    for (const again of [suspended, suspended]) publisher.publishUnavailable(KEY, again);
    const unavailable = { key: KEY, serving: undefined };
    expect(routes.find(path)).toMatchObject({ ...unavailable, credential: 'token' });
    expect(routes.find(PATH)).toMatchObject({ ...unavailable, credential: 'previousToken' });
    publisher.withdraw(KEY);
    expect([routes.find(path), routes.find(PATH)]).toEqual([undefined, undefined]);
  });

  it('has none that an older one has', () => {
    const { publisher, routes } = setUp();
    const status = { webhookPath: PATH };
    publisher.publishUnavailable('a/1', { ...aReceiver({}, { name: '1', namespace: 'a' }), status });
    const later = { name: '2', namespace: 'a', creationTimestamp: '2026-01-02T00:00:00Z' };
    publisher.publishUnavailable('a/2', { ...aReceiver({}, later), status });
    expect(routes.find(PATH)?.key).toBe('a/1');
  });
});
