/** A delivery whose body is kept: shown, explained, tried with other filters, and replayed, by the API of the built operator. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP } from '../../operator/api/meta.ts';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { ProblemBody } from '../../operator/deliveries/api/problem.ts';
import type { Explanation } from '../../operator/deliveries/explain/explanation.ts';
import type { WhatIf } from '../../operator/deliveries/explain/what-if.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { startOidcIssuer } from '../support/oidc-issuer.ts';
import { tokenWith } from '../support/token-with.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const CANARY = 'canary-b7c1';
const MAIN = "req.ref == 'refs/heads/main'";

let world: World;
let path: string;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane(), { args: ['--shutdown-delay=0s', '--page-actions'] });
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  await world.receiver('web', {
    type: 'github',
    events: ['push'],
    secretRef: { name: 'hook' },
    resourceFilter: MAIN,
    resources: [{ kind: 'GitRepository', name: 'app' }],
    deliveries: { keepBodies: 5 },
  });
  path = await world.ready('web');
});

afterAll(async () => {
  await world.end();
});

const ofWeb = (rest: string) => `/receivers/${world.namespace}/web${rest}`;

async function ask<T>(route: string, body?: unknown, token?: string): Promise<{ status: number; body: T }> {
  const response = await fetch(`${world.operator.pageUrl}/api/v1${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

async function records(): Promise<readonly RecordView[]> {
  return (await ask<List<RecordView>>(ofWeb('/deliveries'))).body.items;
}

/** Sends a webhook, and waits until its body is kept. */
async function keep(payload: object): Promise<RecordView> {
  const webhook = signed(payload);
  const id = crypto.randomUUID();
  const { status } = await world.post(path, { ...webhook, headers: { ...webhook.headers, 'x-github-delivery': id } });
  expect(status).toBe(200);
  return waitFor(`the body of ${id}`, async () =>
    (await records()).find(({ providerId, body }) => providerId === id && body === 'kept'),
  );
}

const push = (branch: string) => ({ ref: `refs/heads/${branch}`, after: 'a'.repeat(40) });

describe('a kept body', () => {
  it('is shown without what may be secret, and has no other place', async () => {
    const secrets = { access_token: CANARY, url: `https://me:${CANARY}@git.example.com/?t=${CANARY}`, said: TOKEN };
    const record = await keep({ ...push('main'), ...secrets });
    expect(record).toMatchObject({ verdict: 'accepted', redacted: true });
    const { status, body } = await ask<object>(ofWeb(`/deliveries/${record.id}/payload`));
    expect(status).toBe(200);
    expect(body).toEqual({
      ...push('main'),
      access_token: '[redacted]',
      url: 'https://[redacted]@git.example.com/?[redacted]',
      said: '[redacted]',
    });
    const metrics = await (await fetch(world.operator.metricsUrl)).text();
    expect(metrics).toMatch(/^sluice_delivery_bodies_bytes [1-9]\d*$/m);
    const readable = [JSON.stringify(await records()), JSON.stringify(await world.log()), metrics];
    readable.push(JSON.stringify((await ask(ofWeb('/explain'), { delivery: record.id })).body));
    for (const text of readable) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(TOKEN);
    }
  });

  it('is not there for a delivery that was refused', async () => {
    const id = crypto.randomUUID();
    const forged = signed(push('main'), 'push', 'another token');
    await world.post(path, { ...forged, headers: { ...forged.headers, 'x-github-delivery': id } });
    const [newest] = await records();
    expect(newest).toMatchObject({ verdict: 'refused', code: 'SignatureMismatch' });
    expect(newest).not.toHaveProperty('body');
    expect((await ask<ProblemBody>(ofWeb(`/deliveries/${newest?.id}/payload`))).status).toBe(404);
    const explained = await ask<ProblemBody>(ofWeb('/explain'), { delivery: newest?.id });
    expect([explained.status, explained.body.code]).toEqual([409, 'NoBody']);
  });
});

describe('an explanation', () => {
  it('of a kept body has the filter of now, taken apart, and annotates nothing', async () => {
    const record = await keep(push('dev'));
    const before = await world.requestedAt('GitRepository', 'app');
    const { status, body } = await ask<Explanation>(ofWeb('/explain'), { delivery: record.id });
    expect(status).toBe(200);
    expect(body.request).toEqual({
      path: 'known',
      type: 'github',
      proof: 'skipped',
      contentType: 'application/json',
      event: 'push',
      eventListed: true,
    });
    expect(body.answer).toEqual({ status: 200, code: 'Delivered' });
    const ref = `GitRepository/${world.namespace}/app`;
    expect(body.targets).toMatchObject([{ ref, entry: 'spec.resources[0]', outcome: 'filtered' }]);
    const tree = body.targets[0]?.tree.resourceFilter;
    expect(tree).toMatchObject({ text: MAIN, from: 0, to: MAIN.length, value: false, decides: true });
    expect(tree?.children[0]).toMatchObject({ text: 'req.ref', from: 0, to: 7, value: 'refs/heads/dev' });
    expect(body.text).toContain(`* ${MAIN} → false`);
    expect(await world.requestedAt('GitRepository', 'app')).toBe(before);
  });

  it.each<[what: string, asked: () => object, outcome: string, answer: object]>([
    [
      'taken as genuine without a proof',
      () => ({ payload: push('main'), headers: { 'X-GitHub-Event': 'push' } }),
      'annotated',
      { status: 200, code: 'Delivered' },
    ],
    [
      'judged by its proof',
      () => ({ payload: signed(push('main')).body, headers: signed(push('main')).headers }),
      'annotated',
      { status: 200, code: 'Delivered' },
    ],
    [
      'refused with a wrong one',
      () => ({ payload: push('main'), headers: signed(push('dev')).headers }),
      'refused',
      { status: 400, code: 'SignatureMismatch' },
    ],
    [
      'of an event that is not listed',
      () => ({ payload: push('main'), headers: { 'X-GitHub-Event': 'star' } }),
      'refused',
      { status: 400, code: 'EventNotListed' },
    ],
    [
      'tried with another filter',
      () => ({ payload: push('dev'), headers: { 'X-GitHub-Event': 'push' }, resourceFilter: '' }),
      'annotated',
      { status: 200, code: 'Delivered' },
    ],
    [
      'tried with another filter of an entry',
      () => ({
        payload: push('main'),
        headers: { 'X-GitHub-Event': 'push' },
        resources: [{ filter: "res.metadata.name == 'other'" }],
      }),
      'filtered',
      { status: 200, code: 'Delivered' },
    ],
  ])('of a request that is %s', async (_what, asked, outcome, answer) => {
    const { status, body } = await ask<Explanation>(ofWeb('/explain'), asked());
    expect(status).toBe(200);
    expect(body.targets.map((target) => target.outcome)).toEqual([outcome]);
    expect(body.answer).toEqual(answer);
  });

  it('finds a target that is not there', async () => {
    await world.receiver('lost', {
      type: 'generic',
      secretRef: { name: 'hook' },
      resources: [{ kind: 'GitRepository', name: 'mispelt' }],
    });
    await world.ready('lost');
    const { body } = await ask<Explanation>(`/receivers/${world.namespace}/lost/explain`, { payload: {} });
    expect(body.answer).toEqual({ status: 500, code: 'TargetNotFound' });
  });

  it.each<[parameter: string | undefined, asked: object, code: string]>([
    ['resourceFilter', { payload: {}, resourceFilter: 'req.ref ==' }, 'InvalidCELExpression'],
    ['resources[0].filter', { payload: {}, resources: [{ filter: 'nobody' }] }, 'InvalidCELExpression'],
    ['resources', { payload: {}, resources: [{}, {}] }, 'ParameterInvalid'],
    ['delivery', {}, 'ParameterInvalid'],
    ['delivery', { delivery: 1 }, 'ParameterInvalid'],
    ['headers', { payload: {}, headers: { a: 1 } }, 'ParameterInvalid'],
    ['whatIf', { whatIf: 'yes' }, 'ParameterInvalid'],
    ['payload', { whatIf: true, payload: {} }, 'ParameterInvalid'],
    ['delivery', { whatIf: true, delivery: 1 }, 'ParameterInvalid'],
    ['other', { payload: {}, other: 1 }, 'ParameterInvalid'],
    [undefined, [], 'BodyInvalid'],
  ])('that cannot be given names %s', async (parameter, asked, code) => {
    const { status, body } = await ask<ProblemBody>(ofWeb('/explain'), asked);
    expect([status, body.code, body.parameter]).toEqual([400, code, parameter]);
  });

  it('says where a filter does not compile', async () => {
    const { body } = await ask<ProblemBody>(ofWeb('/explain'), { payload: {}, resourceFilter: 'req.ref ==' });
    expect(body.detail).toMatch(/^spec\.resourceFilter: 1:\d+: /);
  });
});

it('what-if tells which deliveries another filter would change', async () => {
  const [dev, main] = [await keep(push('dev')), await keep(push('main'))];
  const { status, body } = await ask<WhatIf>(ofWeb('/explain'), { whatIf: true, resourceFilter: 'true' });
  expect(status).toBe(200);
  const item = (record: RecordView) => body.items.find(({ id }) => id === record.id);
  expect(item(dev)).toEqual({ id: dev.id, before: 'filtered', after: 'annotated' });
  expect(item(main)).toEqual({ id: main.id, before: 'annotated', after: 'annotated' });
  expect(body.total).toBe(body.items.length);
  expect(body.total).toBe((await records()).filter((record) => record.body === 'kept').length);
  expect(body.changed).toBe(body.items.filter(({ before, after }) => before !== after).length);
  // It may name one of them.
  const named = await ask<WhatIf>(ofWeb('/explain'), { delivery: dev.id, whatIf: true, resourceFilter: 'true' });
  expect(named).toEqual({ status, body });
  expect(body.text).toMatch(new RegExp(`^${body.total} deliveries: ${body.changed} changes?: .*${dev.id} `));
});

describe('a replay', () => {
  let token: string;
  beforeAll(async () => {
    token = await tokenWith(world, 'jane', [
      { apiGroups: [GROUP], resources: ['receivers/replay'], verbs: ['create'] },
      { apiGroups: [GROUP], resources: ['receivers/deliveries'], verbs: ['get'] },
    ]);
  });

  const replay = <T = RecordView>(id: string, by: string | undefined = token) =>
    ask<T>(ofWeb(`/deliveries/${id}/replay`), {}, by);

  it('goes through the filters and targets of today, and is a delivery of its own', async () => {
    const record = await keep(push('main'));
    const before = await world.requestedAt('GitRepository', 'app');
    const { status, body } = await replay(record.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ origin: 'replayed', duplicateOf: record.id, event: 'push', verdict: 'accepted', code: 'Delivered' },
      targets: [{ ref: `GitRepository/${world.namespace}/app`, outcome: 'annotated' }],
    });
    const after = await world.requestedAt('GitRepository', 'app');
    expect(after > before).toBe(true);
    expect(body.targets[0]?.requestedAt).toBe(after);
    expect((await records()).find(({ id }) => id === body.id)).toMatchObject({ origin: 'replayed' });
    expect(body).not.toHaveProperty('body');
    const user = `system:serviceaccount:${world.namespace}:jane`;
    const events = await waitFor('the Event of the replay', async () => {
      const found = (await world.events('web')).filter(({ reason }) => reason === 'Replayed');
      return found.length > 0 && found;
    });
    expect(events[0]).toMatchObject({ type: 'Normal', note: expect.stringContaining(user) });
    const metrics = await (await fetch(world.operator.metricsUrl)).text();
    expect(metrics).toMatch(/^sluice_replays_total\{verdict="accepted"\} [1-9]/m);
  });

  it('that a filter of today leaves out annotates nothing', async () => {
    const record = await keep(push('dev'));
    const before = await world.requestedAt('GitRepository', 'app');
    const { body } = await replay(record.id);
    expect(body).toMatchObject({ origin: 'replayed', verdict: 'accepted', targetCounts: { filtered: 1 } });
    expect(await world.requestedAt('GitRepository', 'app')).toBe(before);
  });

  it('needs a token over loopback too, with the right to it, and a body that is kept', async () => {
    const record = await keep(push('main'));
    const problem = async (id: string, by: string | undefined) => {
      const response = await fetch(`${world.operator.pageUrl}/api/v1${ofWeb(`/deliveries/${id}/replay`)}`, {
        method: 'POST',
        headers: by === undefined ? {} : { authorization: `Bearer ${by}` },
      });
      return [response.status, ((await response.json()) as ProblemBody).code];
    };
    expect(await problem(record.id, undefined)).toEqual([401, 'Unauthorized']);
    expect(await problem(record.id, 'none')).toEqual([401, 'Unauthorized']);
    const other = (await world.kubectl('create', 'token', 'default')).trim();
    expect(await problem(record.id, other)).toEqual([404, 'NotFound']);
    expect(await problem('0000', token)).toEqual([404, 'NotFound']);
    const { body } = await replay(record.id);
    expect(await problem(body.id, token)).toEqual([409, 'NoBody']);
  });

  it('is not served without --page-actions', async () => {
    const operator = await world.another(['--shutdown-delay=0s']);
    const route = `${operator.pageUrl}/api/v1${ofWeb('/deliveries/0000/replay')}`;
    const response = await fetch(route, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect([response.status, ((await response.json()) as ProblemBody).code]).toEqual([403, 'ActionsOff']);
    await operator.stop();
  });
});

it('a payload is for who may see payloads, deliveries alone are not enough', async () => {
  const record = await keep(push('main'));
  const viewer = await tokenWith(world, 'viewer', [
    { apiGroups: [GROUP], resources: ['receivers/deliveries'], verbs: ['get'] },
  ]);
  expect((await ask(ofWeb(`/deliveries/${record.id}`), undefined, viewer)).status).toBe(200);
  expect((await ask(ofWeb(`/deliveries/${record.id}/payload`), undefined, viewer)).status).toBe(404);
  expect((await ask(ofWeb('/explain'), { delivery: record.id }, viewer)).status).toBe(404);
  expect((await ask(ofWeb('/explain'), { whatIf: true }, viewer)).status).toBe(404);
  expect((await ask(ofWeb('/explain'), { payload: push('main') }, viewer)).status).toBe(200);
  const reader = await tokenWith(world, 'reader', [
    { apiGroups: [GROUP], resources: ['receivers/payloads'], verbs: ['get'] },
  ]);
  expect((await ask(ofWeb(`/deliveries/${record.id}/payload`), undefined, reader)).status).toBe(200);
  expect((await ask(ofWeb('/explain'), { delivery: record.id }, reader)).status).toBe(200);
  expect((await ask(ofWeb('/explain'), { whatIf: true }, reader)).status).toBe(200);
  expect((await ask(ofWeb('/explain'), { payload: push('main') }, reader)).status).toBe(404);
  expect((await ask(ofWeb(`/deliveries/${record.id}`), undefined, reader)).status).toBe(404);
  // Who has neither learns nothing of what is there from what is wrong with the question.
  const stranger = await tokenWith(world, 'stranger', []);
  expect((await ask(ofWeb('/explain'), { other: 1 }, stranger)).status).toBe(404);
});

describe('what filters see beside a body', () => {
  const token = () =>
    tokenWith(world, 'beside', [{ apiGroups: [GROUP], resources: ['receivers/replay'], verbs: ['create'] }]);
  const of = (name: string, rest: string) => `/receivers/${world.namespace}/${name}${rest}`;

  /** The newest delivery, once its body is kept. */
  const keptOf = (name: string) =>
    waitFor(`the body of ${name}`, async () => {
      const { body } = await ask<List<RecordView>>(of(name, '/deliveries'));
      const [newest] = body.items.filter(({ origin }) => origin === 'http');
      return newest?.body === 'kept' && newest;
    });

  /** What becomes of it by the filter of now, and by another one. */
  async function judged(name: string, other: string) {
    const { id } = await keptOf(name);
    const explained = async (more: object) => {
      const { body } = await ask<Explanation>(of(name, '/explain'), { delivery: id, ...more });
      return body.targets.map(({ outcome }) => outcome).join();
    };
    const { body: replayed } = await ask<RecordView>(of(name, `/deliveries/${id}/replay`), {}, await token());
    return {
      explained: await explained({}),
      otherwise: await explained({ resourceFilter: other }),
      replayed: [replayed.verdict, replayed.targetCounts],
    };
  }

  const asItCame = { explained: 'annotated', otherwise: 'filtered', replayed: ['accepted', { annotated: 1 }] };

  it('are the attributes of a CloudEvent in headers', async () => {
    await world.secret('events', { token: TOKEN, hmacKey: TOKEN });
    await world.receiver('binary', {
      type: 'cloudevents',
      events: ['com.example.pushed'],
      secretRef: { name: 'events' },
      resourceFilter: "msg.source == '/ci/apps' && msg.attributes['team'] == 'infra' && req.n == 1",
      resources: [{ kind: 'GitRepository', name: 'app' }],
      deliveries: { keepBodies: 1 },
    });
    const binaryPath = await world.ready('binary');
    const body = '{"n":1}';
    const sent = await world.post(binaryPath, {
      body,
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '1',
        'ce-source': '/ci/apps',
        'ce-type': 'com.example.pushed',
        'ce-team': 'infra',
        'x-signature': `sha256=${createHmac('sha256', TOKEN).update(body).digest('hex')}`,
      },
    });
    expect(sent.status).toBe(200);
    expect(await judged('binary', "msg.attributes['team'] == 'other'")).toEqual(asItCame);
  });

  it('are the claims of an ID token, which is not kept', async () => {
    const issuer = await startOidcIssuer();
    try {
      await world.receiver('oidc', {
        type: 'generic-oidc',
        oidcProviders: [
          { issuerURL: issuer.url, audience: 'sluice-test', validations: [{ expression: 'true', message: 'never' }] },
        ],
        resourceFilter: "claims.repository == 'apps/web' && req.n == 1",
        resources: [{ kind: 'GitRepository', name: 'app' }],
        deliveries: { keepBodies: 1 },
      });
      const oidcPath = await world.ready('oidc');
      const idToken = await issuer.sign({ claims: { aud: 'sluice-test', repository: 'apps/web', job_token: CANARY } });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${idToken}` };
      expect((await world.post(oidcPath, { body: '{"n":1}', headers })).status).toBe(200);
      expect(await judged('oidc', "claims.repository == 'apps/api'")).toEqual(asItCame);
      const { id, redacted } = await keptOf('oidc');
      expect(redacted).toBe(true);
      const shown = JSON.stringify([
        (await ask(of('oidc', '/explain'), { delivery: id, resourceFilter: "claims.job_token == 'a'" })).body,
        (await ask(of('oidc', `/deliveries/${id}/payload`))).body,
      ]);
      expect(shown).toContain('[redacted]');
      for (const secret of [CANARY, idToken, idToken.split('.')[2] ?? idToken]) expect(shown).not.toContain(secret);
    } finally {
      await issuer.close();
    }
  });
});
