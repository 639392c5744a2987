/** The bounds of explanations in a running operator: how many at a time, how long, and what other filters are compared with. */
import { describe, expect, it } from 'vitest';
import type { Receiver, ReceiverSpec } from '../../../../operator/api/receiver/receiver.ts';
import { printSeen } from '../../../../operator/deliveries/bodies/seen-beside.ts';
import { createExplainer } from '../../../../operator/deliveries/explain/explainer.ts';
import { keptRequest, requestOf } from '../../../../operator/deliveries/explain/kept-request.ts';
import { filterInput } from '../../../../operator/webhooks/filter-input.ts';
import { webhookTypes } from '../../../../operator/webhooks/index.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const JSON_TYPE = 'application/json';

function aReceiver(spec: Partial<ReceiverSpec> = {}): Receiver {
  return {
    metadata: { namespace: 'apps', name: 'hook' },
    spec: {
      type: 'github',
      secretRef: { name: 'hook' },
      resourceFilter: 'req.n > 1',
      resources: [
        { kind: 'GitRepository', name: 'web' },
        { kind: 'GitRepository', name: 'api' },
      ],
      ...spec,
    },
  };
}

function setUp(gate: Promise<void> = Promise.resolve()) {
  const clock = createManualClock();
  let selections = 0;
  const explainer = createExplainer({
    types: webhookTypes,
    hasPath: () => true,
    verifierOf: () => undefined,
    async select(_namespace, { name, kind, namespace, apiVersion = '' }) {
      selections += 1;
      await gate;
      return [{ name, res: { apiVersion, kind, metadata: { name, namespace } } }];
    },
    clock,
  });
  return { clock, explainer, selections: () => selections };
}

const kept = (id: string, n: number) => {
  const body = { json: Buffer.from(JSON.stringify({ n })), redacted: false, contentType: JSON_TYPE };
  return { id, body, event: 'push' };
};
const request = requestOf(Buffer.from('{"n":2}'), { 'content-type': JSON_TYPE, 'x-github-event': 'push' });

describe('explanations', () => {
  it('are two at a time', async () => {
    const gate = Promise.withResolvers<void>();
    const { explainer } = setUp(gate.promise);
    const ask = () => explainer.request(aReceiver(), request, {});
    const first = [ask(), ask()];
    expect(await ask()).toEqual({ refused: 'Busy' });
    gate.resolve();
    for (const each of await Promise.all(first)) expect(each).toMatchObject({ answer: { answer: { status: 200 } } });
    expect(await ask()).toMatchObject({ answer: { answer: { status: 200 } } });
  });

  it('take 1 s at most, and then make room', async () => {
    const { clock, explainer } = setUp(new Promise(() => undefined));
    for (let turn = 0; turn < 3; turn++) {
      const asked = explainer.request(aReceiver(), request, {});
      await clock.advance(1_000);
      expect(await asked).toEqual({ refused: 'TooSlow' });
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it('say where a filter does not compile', async () => {
    const { explainer } = setUp();
    const filters = { resources: [{}, { filter: 'nothing' }] };
    expect(await explainer.request(aReceiver(), request, filters)).toEqual({
      refused: 'Invalid',
      message: expect.stringMatching(/^spec\.resources\[1\]\.filter: 1:1: /),
    });
  });
});

describe('what-if', () => {
  const deliveries = [kept('c', 3), kept('b', 2), kept('a', 1)];

  it('compares the outcomes of every kept body, and finds each target once', async () => {
    const { explainer, selections } = setUp();
    expect(await explainer.whatIf(aReceiver(), deliveries, { resourceFilter: 'req.n > 2' })).toEqual({
      answer: {
        total: 3,
        changed: 1,
        items: [
          { id: 'c', before: 'annotated', after: 'annotated' },
          { id: 'b', before: 'annotated', after: 'filtered' },
          { id: 'a', before: 'filtered', after: 'filtered' },
        ],
        text: '3 deliveries: 1 changes: b GitRepository/apps/web annotated → filtered, GitRepository/apps/api annotated → filtered',
      },
    });
    expect(selections()).toBe(2);
  });

  it('counts a delivery of which one target alone changes', async () => {
    const { explainer } = setUp();
    expect(
      await explainer.whatIf(aReceiver({ resourceFilter: '' }), [kept('a', 1)], {
        resources: [{ filter: 'req.n > 1' }],
      }),
    ).toMatchObject({
      answer: {
        total: 1,
        changed: 1,
        items: [{ before: 'annotated', after: 'annotated' }],
        text: '1 delivery: 1 changes: a GitRepository/apps/web annotated → filtered',
      },
    });
  });

  it('tries what would mend a Receiver whose own filter does not compile', async () => {
    const { explainer } = setUp();
    const broken = aReceiver({ resourceFilter: 'req.n >' });
    expect(await explainer.whatIf(broken, [kept('a', 3)], { resourceFilter: 'req.n > 2' })).toMatchObject({
      answer: {
        changed: 1,
        items: [{ id: 'a', before: 'refused', after: 'annotated' }],
        text: expect.stringContaining('GitRepository/apps/web refused → annotated'),
      },
    });
    expect(await explainer.whatIf(broken, [kept('a', 3)], {})).toMatchObject({ refused: 'Invalid' });
  });

  it('names the replicas whose deliveries are missing', async () => {
    expect(await setUp().explainer.whatIf(aReceiver(), [], {}, ['sluice-b'])).toMatchObject({
      answer: { total: 0, partial: ['sluice-b'] },
    });
  });

  it('of nothing is nothing', async () => {
    expect(await setUp().explainer.whatIf(aReceiver(), [], {})).toEqual({
      answer: { total: 0, changed: 0, items: [], text: '0 deliveries: 0 change' },
    });
  });
});

describe('the request of a kept body', () => {
  it('has its content type and event', () => {
    expect(keptRequest(kept('a', 1), webhookTypes.get('github')).request.headers).toEqual({
      'content-type': JSON_TYPE,
      'x-github-event': 'push',
    });
  });

  it.each([
    ['structured', { specversion: '1.0', id: '1', source: '/ci', type: 'pushed', data: { n: 1 } }, {}],
    [
      'binary',
      { n: 1 },
      { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/ci', 'ce-type': 'pushed', 'ce-team': 'infra' },
    ],
  ])('is the CloudEvent that it was: %s', (_what, value, headers) => {
    const type = webhookTypes.get('cloudevents');
    const seen = Buffer.from(printSeen({ headers }) ?? '{}');
    const body = { json: Buffer.from(JSON.stringify(value)), redacted: false, contentType: JSON_TYPE, seen };
    const events = type?.events?.read(keptRequest({ body, event: 'pushed' }, type).request);
    expect(events).toMatchObject([{ type: 'pushed', id: '1', source: '/ci', req: { n: 1 } }]);
    expect(events?.[0]?.attributes).toMatchObject(headers);
  });

  it('has the claims of its ID token', () => {
    const claims = { iss: 'https://ci.example.com', ref: 'refs/heads/main' };
    const body = { json: Buffer.from('{}'), redacted: false, contentType: JSON_TYPE };
    const type = webhookTypes.get('generic-oidc');
    const seen = Buffer.from(printSeen({ claims }) ?? '');
    expect(keptRequest({ body: { ...body, seen } }, type).claims).toEqual(claims);
    expect(keptRequest({ body }, type).claims).toBeUndefined();
  });

  it('of a form is the JSON that was in it', () => {
    const type = webhookTypes.get('github');
    if (type === undefined) throw new Error('no type github');
    expect(filterInput(type, keptRequest(kept('a', 7), type).request)).toEqual({ n: 7 });
  });
});
