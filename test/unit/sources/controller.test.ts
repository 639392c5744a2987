/** What a reconcile does to the reading of an object, and who writes its status. */
import { describe, expect, it } from 'vitest';
import type { BrokerReceiver } from '../../../operator/api/broker-receiver/broker-receiver.ts';
import { REQUESTED_AT_ANNOTATION } from '../../../operator/api/meta.ts';
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';
import { createStatusAdditions } from '../../../operator/platform/status-additions.ts';
import type { Connection, ConnectionState } from '../../../operator/sources/connection.ts';
import { createController } from '../../../operator/sources/controller.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createLines } from '../receivers/lines.ts';
import { aBrokerReceiver } from './a-broker-receiver.ts';
import { memoryTypes } from './memory-type.ts';

function setUp(isLeader = true) {
  const requests: KubeRequest[] = [];
  const events: string[] = [];
  const enqueued: string[] = [];
  const calls: string[] = [];
  const connection: { state: ConnectionState; handledRequest: string | undefined } = {
    state: { kind: 'connecting' },
    handledRequest: undefined,
  };
  let started = 0;
  let change = () => {};
  const { log, lines } = createLines();
  const clock = createManualClock();
  const additions = createStatusAdditions({ isLeader: () => isLeader, clock });
  const client = {
    async request(request: KubeRequest) {
      requests.push(request);
      return {};
    },
  } as unknown as KubeClient;
  const controller = createController({
    client,
    type: { apiVersion: 'sluice.dev/v1alpha1', plural: 'brokerreceivers', namespaced: true },
    types: memoryTypes,
    start(object, _compiled, onChange) {
      started += 1;
      change = onChange;
      const name = `${object.metadata.name} ${started}`;
      const labels = { type: 'sqs', namespace: 'apps', name: object.metadata.name };
      return {
        labels,
        connection: {
          get state() {
            return connection.state;
          },
          get handledRequest() {
            return connection.handledRequest;
          },
          readers: () => [],
          reconnect: (request) => void calls.push(`reconnect ${name} ${request}`),
          inputsChanged: () => void calls.push(`inputs ${name}`),
          stop: async () => true,
        } satisfies Connection,
        sample: () => ({ labels, isUp: true, inflight: 0, heldSeconds: 0, lag: undefined }),
        async stop() {
          calls.push(`stop ${name}`);
          return name !== 'stuck 1';
        },
      };
    },
    enqueue: (key) => void enqueued.push(key),
    events: { record: (_regarding, { reason }) => void events.push(reason) },
    additions,
    isLeader: () => isLeader,
    clock,
    log,
  });
  const reconcile = (object: BrokerReceiver) => controller.reconcile(`apps/${object.metadata.name}`, object);
  return {
    controller,
    reconcile,
    requests,
    events,
    enqueued,
    calls,
    connection,
    additions,
    lines,
    started: () => started,
    change: () => change(),
  };
}

const statuses = (requests: readonly KubeRequest[]) => requests.map(({ path, body }) => ({ path, body }));

describe('the reading', () => {
  it('starts once for a spec, and anew for another one', async () => {
    const { reconcile, calls, started } = setUp();
    await reconcile(aBrokerReceiver());
    await reconcile(aBrokerReceiver());
    expect(started()).toBe(1);
    await reconcile(aBrokerReceiver({ maxAttempts: 2 }, { metadata: { generation: 2 } }));
    expect([started(), calls]).toEqual([2, ['stop ecr 1']]);
    await reconcile(aBrokerReceiver({}, { metadata: { uid: 'u2' } }));
    expect(started()).toBe(3);
  });

  it.each<[name: string, object: BrokerReceiver | undefined]>([
    ['deleted', undefined],
    ['being deleted', aBrokerReceiver({}, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
    ['suspended', aBrokerReceiver({ suspend: true }, { metadata: { generation: 2 } })],
    ['wrong', aBrokerReceiver({ maxAttempts: 0 }, { metadata: { generation: 2 } })],
  ])('ends where the object is %s', async (_name, object) => {
    const { controller, reconcile, calls } = setUp();
    await reconcile(aBrokerReceiver());
    await controller.reconcile('apps/ecr', object);
    expect(calls).toEqual(['stop ecr 1']);
    expect([...controller.samples()]).toEqual([]);
  });

  it('hears of Secrets and Receivers that its object names', async () => {
    const { controller, reconcile, calls } = setUp();
    await reconcile(aBrokerReceiver({ secretRef: { name: 'login' }, certSecretRef: { name: 'ca' } }));
    await reconcile(aBrokerReceiver({ receiverRef: { name: 'github' } }, { metadata: { name: 'hooks' } }));
    for (const key of ['apps/login', 'apps/ca', 'other/login']) controller.secretChanged(key);
    for (const key of ['apps/github', 'apps/other']) controller.receiverChanged(key);
    expect(calls).toEqual(['inputs ecr 1', 'inputs ecr 1', 'inputs hooks 2']);
  });

  it('passes each request to connect again on once', async () => {
    const { reconcile, calls } = setUp();
    const requested = (value: string) =>
      aBrokerReceiver({}, { metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: value } } });
    for (const value of ['1', '1', '2', '2']) await reconcile(requested(value));
    expect(calls).toEqual(['reconnect ecr 1 2']);
  });

  it('has its object reconciled when it changes', async () => {
    const { reconcile, enqueued, change } = setUp();
    await reconcile(aBrokerReceiver());
    change();
    expect(enqueued).toEqual(['apps/ecr']);
  });
});

describe('the status', () => {
  it('is written by the leader, with its Event', async () => {
    const { reconcile, requests, events, connection } = setUp();
    connection.state = { kind: 'failed', code: 'AccessDenied', message: 'grant it' };
    await reconcile(aBrokerReceiver());
    expect(statuses(requests)).toEqual([
      {
        path: '/apis/sluice.dev/v1alpha1/namespaces/apps/brokerreceivers/ecr/status',
        body: expect.objectContaining({ status: expect.objectContaining({ conditions: expect.anything() }) }),
      },
    ]);
    expect(events).toEqual(['Failed']);
  });

  it('is not written by another replica, which logs what it sees', async () => {
    const { reconcile, requests, events, connection, lines } = setUp(false);
    connection.state = { kind: 'failed', code: 'AccessDenied', message: 'grant it' };
    await reconcile(aBrokerReceiver());
    await reconcile(aBrokerReceiver());
    expect([requests, events]).toEqual([[], []]);
    expect(lines).toMatchObject([{ level: 'error', msg: 'broker cannot be read: retrying', reason: 'AccessDenied' }]);
  });

  it('of a wrong object is Stalled, and says what to change', async () => {
    const { reconcile, requests, events, lines } = setUp();
    await reconcile(aBrokerReceiver({ resourceFilter: 'req.' }));
    expect(JSON.stringify(requests[0]?.body)).toContain(
      '"type":"Stalled","status":"True","reason":"InvalidCELExpression"',
    );
    expect(events).toEqual(['InvalidCELExpression']);
    expect(lines).toMatchObject([{ level: 'error', msg: 'BrokerReceiver is stalled' }]);
  });
});

describe('what another feature adds to the status', () => {
  const added = { type: 'Added', status: 'True', reason: 'Added', message: 'by another feature' } as const;

  it.each<[what: string, spec: Partial<BrokerReceiver['spec']>]>([
    ['is read', {}],
    ['is suspended', { suspend: true }],
    ['is wrong', { maxAttempts: 0 }],
  ])('is written where the object %s', async (_what, spec) => {
    const { reconcile, requests, additions } = setUp();
    additions.provide('BrokerReceiver', () => ({ conditions: [added] }));
    await reconcile(aBrokerReceiver(spec));
    expect(requests.map(({ body }) => body)).toEqual([
      expect.objectContaining({
        status: expect.objectContaining({
          conditions: expect.arrayContaining([expect.objectContaining(added)]),
        }),
      }),
    ]);
  });
});

describe('the end of the process', () => {
  it('ends every reading, says how many could not give back what they held, and starts no other', async () => {
    const { controller, reconcile, calls, requests } = setUp();
    await reconcile(aBrokerReceiver({}, { metadata: { name: 'stuck' } }));
    await reconcile(aBrokerReceiver());
    const written = requests.length;
    expect(await controller.stop()).toBe(1);
    expect(calls).toEqual(['stop stuck 1', 'stop ecr 2']);
    await reconcile(aBrokerReceiver({}, { metadata: { name: 'third' } }));
    expect(requests).toHaveLength(written);
    expect(await controller.stop()).toBe(0);
  });
});
