/** One reconcile: what is published, followed, written and repeated; with the real publisher and routes. */
import { describe, expect, it } from 'vitest';
import type { Receiver, ReceiverSpec } from '../../../operator/api/receiver/receiver.ts';
import { ApiError } from '../../../operator/kube/api-error.ts';
import { createStatusAdditions } from '../../../operator/platform/status-additions.ts';
import { createController } from '../../../operator/receivers/controller.ts';
import { createPublisher } from '../../../operator/receivers/publisher.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import type { SecretData } from '../../../operator/webhooks/webhook-type.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { aReceiver, compiled, TOKEN } from './a-receiver.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const KEY = 'apps/web';
const PATH = compiled(aReceiver()).path;
const OBJECT = '/apis/notification.toolkit.fluxcd.io/v1/namespaces/apps/receivers/web';
const WRITTEN = `PATCH ${OBJECT}/status`;
const SUSPENDED = { suspend: true };
const STALLED = { resourceFilter: 'nonsense' };

function setUp({ leads = true } = {}) {
  const api = createScriptedApi();
  const { log, lines } = createLines();
  const routes = createRouteTable(() => undefined);
  const secrets: { answer: SecretData | Error | undefined } = { answer: { token: TOKEN } };
  const seen: string[] = [];
  const clock = createManualClock();
  const additions = createStatusAdditions({ isLeader: () => leads, clock });
  const publisher = createPublisher({
    types: webhookTypes,
    secrets: {
      async get() {
        if (secrets.answer instanceof Error) throw secrets.answer;
        return secrets.answer;
      },
    },
    routes,
    targets: { prepare: () => undefined },
  });
  const controller = createController({
    client: api.client,
    type: { apiVersion: 'notification.toolkit.fluxcd.io/v1', plural: 'receivers', namespaced: true },
    publisher,
    events: { record: ({ name }, { reason }) => void seen.push(`event ${name} ${reason}`) },
    exposure: {
      follow: (_receiver, path, previous) => void seen.push(`follow ${path}${previous ? ` and ${previous}` : ''}`),
      forget: (key) => void seen.push(`forget ${key}`),
      evaluate: () => undefined,
    },
    additions,
    isLeader: () => leads,
    clock,
    log,
  });
  const reconcile = (receiver: Receiver | undefined) => controller.reconcile(KEY, receiver);
  return { api, lines, routes, secrets, seen, additions, controller, reconcile };
}

describe('a reconcile', () => {
  it('serves, follows, writes and tells, and comes again after the interval', async () => {
    const { reconcile, api, routes, seen } = setUp();
    expect(await reconcile(aReceiver({ interval: '5m' }))).toEqual({ requeueAfterMs: 300_000 });
    expect(routes.find(PATH)?.key).toBe(KEY);
    expect(api.asked).toEqual([WRITTEN]);
    expect(api.requests[0]?.body).toMatchObject({ status: { webhookPath: PATH } });
    expect(seen).toEqual([`follow ${PATH}`, 'event web Succeeded']);
  });

  it('of a replica that does not lead serves, and writes nothing', async () => {
    const { reconcile, api, routes, seen } = setUp({ leads: false });
    await reconcile(aReceiver());
    expect(routes.find(PATH)?.serving).toBeDefined();
    expect(api.asked).toEqual([]);
    expect(seen).toEqual([`follow ${PATH}`]);
  });

  it('without a Secret writes why, and is retried', async () => {
    const { reconcile, api, secrets, seen } = setUp();
    secrets.answer = undefined;
    await expect(reconcile({ ...aReceiver(), status: { webhookPath: PATH } })).rejects.toMatchObject({
      code: 'TokenNotFound',
    });
    expect(api.asked).toEqual([WRITTEN]);
    expect(seen).toEqual(['follow undefined', 'event web Failed']);
  });

  it('that cannot read the Secret writes nothing, and follows what is served', async () => {
    const { reconcile, api, secrets, seen } = setUp();
    secrets.answer = new ApiError(500, undefined, undefined);
    await expect(reconcile({ ...aReceiver(), status: { webhookPath: PATH } })).rejects.toBe(secrets.answer);
    expect(api.asked).toEqual([]);
    expect(seen).toEqual([`follow ${PATH}`]);
  });

  it('follows the path of a previous token beside its own, whatever comes', async () => {
    const { reconcile, secrets, seen } = setUp();
    secrets.answer = { token: Buffer.from('new'), previousToken: TOKEN };
    await reconcile(aReceiver());
    const path = /follow (\S+) and/.exec(seen[0] ?? '')?.[1] ?? '';
    const status = { webhookPath: path };
    await reconcile({ ...aReceiver(SUSPENDED), status });
    await reconcile({ ...aReceiver({}, { generation: 2 }), status });
    secrets.answer = new ApiError(500, undefined, undefined);
    await expect(reconcile({ ...aReceiver({}, { generation: 3 }), status })).rejects.toBe(secrets.answer);
    const followed = seen.filter((each) => each.startsWith('follow'));
    expect(path).not.toBe(PATH);
    expect(followed).toEqual(Array(4).fill(`follow ${path} and ${PATH}`));
  });

  it('of a stalled Receiver says so and is not repeated', async () => {
    const { reconcile, lines, seen } = setUp();
    expect(await reconcile({ ...aReceiver(STALLED), status: { webhookPath: PATH } })).toBeUndefined();
    expect(lines).toMatchObject([{ reason: 'InvalidCELExpression', msg: 'Receiver is stalled' }]);
    expect(seen).toEqual([`follow ${PATH}`, 'event web InvalidCELExpression']);
  });

  it.each([
    [true, [WRITTEN]],
    [false, []],
  ])('of a suspended Receiver keeps its path, unavailable; leads: %s', async (leads, asked) => {
    const { reconcile, api, routes, seen } = setUp({ leads });
    const annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
    const receiver = { ...aReceiver(SUSPENDED, { annotations }), status: { webhookPath: PATH } };
    expect(await reconcile(receiver)).toBeUndefined();
    expect(routes.find(PATH)?.serving).toBeUndefined();
    expect(routes.find(PATH)?.key).toBe(KEY);
    expect(api.asked).toEqual(asked);
    expect(seen).toEqual([`follow ${PATH}`]);
  });
});

describe('what another feature adds to the status', () => {
  const added = { type: 'Added', status: 'True', reason: 'Added', message: 'by another feature' } as const;

  it.each<[what: string, spec: Partial<ReceiverSpec>]>([
    ['is served', {}],
    ['is suspended', SUSPENDED],
    ['is stalled', STALLED],
  ])('is written where the Receiver %s', async (_what, spec) => {
    const { reconcile, api, additions } = setUp();
    additions.provide<Receiver>('Receiver', ({ metadata }) => ({
      conditions: [added],
      fields: { lastDelivery: { event: metadata.name } },
    }));
    await reconcile(aReceiver(spec));
    expect(api.requests.map(({ body }) => body)).toEqual([
      expect.objectContaining({
        status: expect.objectContaining({
          lastDelivery: { event: 'web' },
          conditions: expect.arrayContaining([expect.objectContaining(added)]),
        }),
      }),
    ]);
  });
});

describe('a Receiver that goes', () => {
  it('is served, followed and remembered no longer', async () => {
    const { reconcile, routes, seen, controller } = setUp();
    await reconcile(aReceiver());
    expect([...controller.receiversOf('apps/token')]).toEqual([KEY]);
    await reconcile(undefined);
    expect(routes.find(PATH)).toBeUndefined();
    expect(seen.at(-1)).toBe(`forget ${KEY}`);
    expect([...controller.receiversOf('apps/token')]).toEqual([]);
  });

  it.each<[what: string, leads: boolean, finalizers: string[], kept: string[] | undefined]>([
    ["Flux's finalizer alone", true, ['finalizers.fluxcd.io', 'other'], ['other']],
    ['no finalizer that is not there', true, ['other'], undefined],
    ['none where it does not lead', false, ['finalizers.fluxcd.io'], undefined],
  ])('is released of %s', async (_what, leads, finalizers, kept) => {
    const { reconcile, api, routes, seen } = setUp({ leads });
    const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '7', finalizers };
    expect(await reconcile(aReceiver({}, deleted))).toBeUndefined();
    expect(routes.find(PATH)).toBeUndefined();
    expect(seen).toEqual(['follow undefined']);
    expect(api.requests.map(({ path, body }) => ({ path, body }))).toEqual(
      kept === undefined ? [] : [{ path: OBJECT, body: { metadata: { resourceVersion: '7', finalizers: kept } } }],
    );
  });

  it.each([
    [404, undefined],
    [409, 409],
  ])('meanwhile, when its finalizer is answered %i', async (httpStatus, thrown) => {
    const { reconcile, api } = setUp();
    api.answer(() => new ApiError(httpStatus, undefined, undefined));
    const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['finalizers.fluxcd.io'] };
    const failed = await reconcile(aReceiver({}, deleted)).then(
      () => undefined,
      (error: ApiError) => error.httpStatus,
    );
    expect(failed).toBe(thrown);
  });
});

describe('the Secret of a Receiver', () => {
  it('is the one that its spec names now', async () => {
    const { reconcile, controller } = setUp();
    await reconcile(aReceiver());
    await reconcile(aReceiver({ secretRef: { name: 'other' } }, { generation: 2 }));
    expect([...controller.receiversOf('apps/token')]).toEqual([]);
    expect([...controller.receiversOf('apps/other')]).toEqual([KEY]);
  });
});
