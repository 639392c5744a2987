/** The API of deliveries: the built operator on a real API server, asked as the page and the command line ask it. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { ObjectView } from '../../operator/deliveries/api/object-view.ts';
import type { ProblemBody } from '../../operator/deliveries/api/problem.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { type FaultsOf, faultsBy } from '../support/deliveries/api-description.ts';
import { type EventStream, openEventStream } from '../support/deliveries/event-stream.ts';
import { rawRequest, statusOf } from '../support/raw-socket.ts';
import { runOperator } from '../support/run-operator.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

/** Sent with webhooks where none of it may be remembered. */
const CANARY = 'canary-never-shown';
const EXTERNAL_URL = 'https://hooks.example.com';

let world: World;
let path: string;
let faultsOf: FaultsOf;
/** The text of every answer and stream. */
const seen: string[] = [];

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane(), {
    args: ['--shutdown-delay=0s', `--external-url=${EXTERNAL_URL}`, '--page-hosts=*.page.example.com'],
  });
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  for (const name of ['web', 'other']) {
    await world.receiver(name, {
      type: 'github',
      secretRef: { name: 'hook' },
      resources: [{ kind: 'GitRepository', name: 'app' }],
    });
  }
  await world.ready('other');
  path = await world.ready('web');
  faultsOf = faultsBy(await (await fetch(`${world.operator.pageUrl}/api/v1/openapi.json`)).text());
});

afterAll(async () => {
  await world.end();
});

interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

/** Asks the API, and holds the answer against its description. */
async function ask<T>(route: string, init: RequestInit = {}): Promise<Answer<T>> {
  const url = new URL(`${world.operator.pageUrl}/api/v1${route}`);
  const response = await fetch(url, init);
  const text = await response.text();
  seen.push(text);
  const { status, headers } = response;
  const body = (text && JSON.parse(text)) as T;
  const { method = 'GET' } = init;
  if (method !== 'HEAD')
    expect(faultsOf(method, url.pathname, status, headers.get('content-type') ?? '', body)).toEqual([]);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('set-cookie')).toBeNull();
  return { status, headers, text, body };
}

const ofWeb = (rest = '') => `/receivers/${world.namespace}/web/deliveries${rest}`;
const deliveries = async (query = '') => (await ask<List<RecordView>>(ofWeb(query))).body.items;

async function problem(route: string, init?: RequestInit) {
  const { status, headers, body } = await ask<ProblemBody>(route, init);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({ type: 'about:blank', status });
  return { status, code: body.code, parameter: body.parameter };
}

/** A genuine webhook and a forged one, whose records have their ids. */
async function sendBoth(): Promise<readonly [genuine: string, forged: string]> {
  const genuine = signed({ ref: 'refs/heads/main' });
  const ids = [crypto.randomUUID(), crypto.randomUUID()] as const;
  const secret = { authorization: `Bearer ${CANARY}`, cookie: `a=${CANARY}`, 'x-custom': CANARY };
  const headers = { ...secret, ...genuine.headers, 'x-github-delivery': ids[0] };
  const sent = await world.post(`${path}?a=${CANARY}`, { ...genuine, headers });
  const wrong = signed({ ref: 'refs/heads/main' }, `push-${ids[1].slice(0, 8)}`, 'not the token');
  const forged = await world.post(path, { ...wrong, headers: { ...wrong.headers, 'x-github-delivery': ids[1] } });
  expect([sent.status, forged.status]).toEqual([200, 400]);
  return ids;
}

const byProviderId = (records: readonly RecordView[], id: string) =>
  records.find(({ providerId }) => providerId === id);

describe('the deliveries of a Receiver', () => {
  it('has a genuine webhook and a forged one, the newest first, each by its own address too', async () => {
    const [genuine, forged] = await sendBoth();
    const { status, headers, body } = await ask<List<RecordView>>(ofWeb());
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toMatchObject({ continue: '', partial: [] });
    expect(Object.values(body.recordingSince)).toEqual([expect.stringMatching(/^\d{4}-.*Z$/)]);
    expect(body.items.slice(0, 2).map(({ providerId }) => providerId)).toEqual([forged, genuine]);
    const accepted = byProviderId(body.items, genuine);
    const object = { kind: 'Receiver', namespace: world.namespace, name: 'web' };
    expect(accepted).toMatchObject({ object, type: 'github', event: 'push', verdict: 'accepted', code: 'Delivered' });
    expect(accepted?.targets).toMatchObject([{ ref: `GitRepository/${world.namespace}/app`, outcome: 'annotated' }]);
    expect(byProviderId(body.items, forged)).toMatchObject({
      verdict: 'refused',
      code: 'SignatureMismatch',
      status: 400,
    });
    expect((await ask<RecordView>(ofWeb(`/${accepted?.id}`))).body).toEqual(accepted);
    expect(await problem(ofWeb('/0000'))).toMatchObject({ status: 404, code: 'NotFound' });
  });

  it('is filtered by verdict, code and time', async () => {
    const [genuine, forged] = await sendBoth();
    const [newest] = await deliveries();
    expect((await deliveries('?verdict=refused')).every(({ verdict }) => verdict === 'refused')).toBe(true);
    expect(byProviderId(await deliveries('?verdict=accepted'), genuine)).toBeDefined();
    expect(byProviderId(await deliveries('?code=SignatureMismatch'), forged)).toBeDefined();
    expect(await deliveries('?code=TokenMismatch')).toEqual([]);
    const since = await deliveries(`?since=${newest?.lastAt}`);
    expect(since[0]).toEqual(newest);
    expect(since.every(({ lastAt }) => lastAt >= (newest?.lastAt ?? ''))).toBe(true);
    expect(await deliveries('?since=2999-01-01T00:00:00Z')).toEqual([]);
  });

  it('comes in parts that together are the whole, whatever arrives between them', async () => {
    await sendBoth();
    await sendBoth();
    const all = await deliveries();
    const seen: RecordView[] = [];
    let next = '';
    do {
      const { body } = await ask<List<RecordView>>(ofWeb(`?limit=1&continue=${next}`));
      expect(body.items).toHaveLength(1);
      if (next === '') await sendBoth();
      seen.push(...body.items);
      next = body.continue;
    } while (next !== '');
    expect(seen).toEqual(all);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=-1'],
    ['limit', 'limit=101'],
    ['limit', 'limit=1e1'],
    ['limit', 'limit=1&limit=2'],
    ['continue', 'continue=!'],
    ['continue', 'continue=bm90IG91cnM'],
    ['verdict', 'verdict=fine'],
    ['code', 'code=a%20b'],
    ['since', 'since=yesterday'],
    ['since', 'since=2026-13-01T00:00:00Z'],
  ])('says that %s of ?%s cannot be used', async (parameter, query) => {
    expect(await problem(ofWeb(`?${query}`))).toEqual({ status: 400, code: 'ParameterInvalid', parameter });
  });

  it('answers 404 for what is not there, and 405 with what the path takes', async () => {
    for (const route of [
      `/receivers/${world.namespace}/none/deliveries`,
      `/widgets/${world.namespace}/web/deliveries`,
      `/receivers/${world.namespace}/..%2fweb/deliveries`,
      '/nothing',
    ]) {
      expect(await problem(route)).toMatchObject({ status: 404, code: 'NotFound' });
    }
    expect(await problem(`/receivers/${world.namespace}/%ff/deliveries`)).toMatchObject({ status: 400 });
    for (const method of ['POST', 'DELETE', 'OPTIONS']) {
      expect(await problem(ofWeb(), { method })).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    }
    expect((await ask(ofWeb(), { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD');
    const head = await ask(ofWeb(), { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

describe('the server of the page', () => {
  it('serves the page with its policy, compressed as the browser takes it', async () => {
    const page = await fetch(`${world.operator.pageUrl}/`, { headers: { 'accept-encoding': 'gzip' } });
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('set-cookie')).toBeNull();
    const html = await page.text();
    expect(html).toContain('<div id="page">');
    const screen = await fetch(`${world.operator.pageUrl}/receivers/apps/app`);
    expect(await screen.text()).toBe(html);
    const led = await fetch(`${world.operator.pageUrl}/receivers/apps/app`, { redirect: 'manual' });
    expect([led.status, led.headers.get('location')]).toEqual([302, '../../#/receivers/apps/app']);
    const script = await fetch(`${world.operator.pageUrl}/page.js`, { headers: { 'accept-encoding': 'br;q=0, gzip' } });
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(script.headers.get('content-encoding')).toBe('gzip');
  });

  it.each(['/../operator.js', '/..%2foperator.js', '/page/../../package.json', '/operator.js', '/%2e%2e/package.json'])(
    'has no file at %s',
    async (target) => {
      const answer = await rawRequest(world.operator.pageUrl, [`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`]);
      expect(statusOf(answer)).toBe(404);
    },
  );
});

describe('the objects of a kind', () => {
  it('have what came and how they do, the worst first, without the path but in the URL', async () => {
    await sendBoth();
    const forged = signed({}, 'push', 'not the token');
    const otherPath = await world.ready('other');
    expect((await world.post(otherPath, signed({}))).status).toBe(200);
    expect((await world.post(path, forged)).status).toBe(400);
    const { body } = await ask<List<ObjectView>>(`/receivers?namespace=${world.namespace}`);
    expect(body.items.map(({ object }) => object.name)).toEqual(['web', 'other']);
    const [web] = body.items;
    expect(web).toMatchObject({ type: 'github', url: `${EXTERNAL_URL}${path}`, lastDelivery: { verdict: 'refused' } });
    const counts = web?.counts.hours.reduce((sum, { accepted, refused }) => sum + Math.min(accepted, refused), 0);
    expect(counts).toBeGreaterThan(0);
    const ready = web?.conditions.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'True', message: 'Receiver initialized for path: /hook/…' });
    expect((await ask<ObjectView>(`/receivers/${world.namespace}/web`)).body.object).toEqual(web?.object);
    expect((await ask<List<ObjectView>>('/receivers?namespace=none')).body.items).toEqual([]);
    expect(await problem('/receivers?namespace=A')).toMatchObject({ status: 400, parameter: 'namespace' });
    const parts = await ask<List<ObjectView>>(`/receivers?namespace=${world.namespace}&limit=1`);
    const next = `/receivers?namespace=${world.namespace}&limit=1&continue=${parts.body.continue}`;
    expect((await ask<List<ObjectView>>(next)).body).toMatchObject({
      items: [{ object: { name: 'other' } }],
      continue: '',
    });
  });

  it('say of an Alert whether what it names can be found', async () => {
    const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
    const provider = { type: 'slack', address: 'https://hooks.slack.com/services/none' };
    await world.apply({ apiVersion, kind: 'Provider', metadata: { name: 'chat' }, spec: provider });
    const alert = (name: string, providerName: string, source: string) =>
      world.apply({
        ...{ apiVersion, kind: 'Alert', metadata: { name } },
        spec: { providerRef: { name: providerName }, eventSources: [{ kind: 'GitRepository', name: source }] },
      });
    await alert('good', 'chat', 'app');
    await alert('bad', 'none', 'mispelt');
    await expect
      .poll(async () => (await ask<List<ObjectView>>(`/alerts?namespace=${world.namespace}`)).body.items)
      .toMatchObject([
        {
          object: { kind: 'Alert', name: 'bad' },
          type: 'unknown',
          resolved: {
            ...{ status: 'False', reason: 'TargetNotFound' },
            message: `providerRef: Provider ${world.namespace}/none does not exist, eventSources[0]: GitRepository ${world.namespace}/mispelt does not exist; correct the name, or create it`,
          },
        },
        { object: { kind: 'Alert', name: 'good' }, type: 'slack', resolved: { status: 'True', reason: 'Resolved' } },
      ]);
  });

  it.each(['brokerreceivers', 'alerts'])('are listed of %s too', async (plural) => {
    expect((await ask<List<ObjectView>>(`/${plural}?namespace=none`)).body.items).toEqual([]);
    expect(await problem(`/${plural}/${world.namespace}/none`)).toMatchObject({ status: 404, code: 'NotFound' });
  });
});

describe('calls of unknown paths', () => {
  it('are listed without the path', async () => {
    await world.post(`/hook/${CANARY}`, { method: 'PUT' });
    const { body } = await ask<List<object>>('/unknown');
    expect(body.items[0]).toEqual({
      at: expect.any(String),
      from: '127.0.0.1',
      method: 'PUT',
      code: 'PathUnknown',
    });
  });
});

describe('a stream', () => {
  const open: EventStream[] = [];
  const stream = async (route: string, headers: Record<string, string> = {}) => {
    const opened = await openEventStream(`${world.operator.pageUrl}/api/v1${route}`, headers);
    open.push(opened);
    return opened;
  };
  const closeAll = () => {
    for (const each of open.splice(0)) {
      seen.push(each.text());
      each.close();
    }
  };

  it('has the deliveries of one object, or of all, as they come', async () => {
    const ofObject = await stream(`/receivers/${world.namespace}/other/stream`);
    const ofAll = await stream('/stream');
    expect(ofAll.headers.get('content-type')).toBe('text/event-stream');
    const [genuine, forged] = await sendBoth();
    await expect.poll(() => byProviderId(ofAll.records, forged)).toMatchObject({ verdict: 'refused' });
    expect(byProviderId(ofAll.records, genuine)).toMatchObject({ verdict: 'accepted', code: 'Delivered' });
    expect(ofAll.ids).toEqual(ofAll.records.map(({ id }) => id));
    // It came later, so the stream of the other object would have had what it is not to have.
    expect((await world.post(await world.ready('other'), signed({}))).status).toBe(200);
    await expect.poll(() => ofObject.records.length).toBe(1);
    expect(ofObject.records[0]?.object.name).toBe('other');
    closeAll();
  });

  it('goes on after the last event that was seen', async () => {
    await sendBoth();
    const [seenLast] = await deliveries();
    const [genuine, forged] = await sendBoth();
    const again = await stream(`/receivers/${world.namespace}/web/stream`, { 'last-event-id': seenLast?.id ?? '' });
    await expect.poll(() => again.records.length).toBe(2);
    expect(again.records.map(({ providerId }) => providerId)).toEqual([genuine, forged]);
    closeAll();
  });

  it('is one of 20 at most, and needs the object to exist', async () => {
    expect(await problem(`/receivers/${world.namespace}/none/stream`)).toMatchObject({ status: 404 });
    expect((await ask('/stream', { method: 'HEAD' })).headers.get('content-type')).toMatch(/^text\/event-stream/);
    for (let index = 0; index < 20; index++) expect((await stream('/stream')).status).toBe(200);
    const { status, headers, body } = await ask<ProblemBody>('/stream');
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'TooManyStreams', '15']);
    open.pop()?.close();
    await expect.poll(async () => (await stream('/stream')).status).toBe(200);
    closeAll();
  });
});

describe('a request with a body', () => {
  const explain = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') => ({
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  const route = () => `/receivers/${world.namespace}/web/explain`;

  it('is answered by what it asks', async () => {
    const payload = JSON.stringify({ payload: { ref: 'refs/heads/main' }, headers: { 'X-GitHub-Event': 'push' } });
    const { status, body } = await ask<{ targets: readonly object[] }>(route(), explain(payload));
    expect(status).toBe(200);
    expect(body.targets).toMatchObject([{ ref: `GitRepository/${world.namespace}/app`, outcome: 'annotated' }]);
  });

  it.each([
    ['of another type', 'BodyInvalid', '{}', 'text/plain'],
    ['that is not JSON', 'BodyInvalid', '{', 'application/json'],
    ['that is not text', 'BodyInvalid', new Uint8Array([0x22, 0xff, 0x22]), 'application/json'],
  ])('%s is refused', async (_what, code, body, type) => {
    expect(await problem(route(), explain(body, type))).toMatchObject({ status: 400, code });
  });

  it('whose payload is nested too deeply is refused, and taken as a text', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const refused = { status: 400, code: 'ParameterInvalid', parameter: 'payload' };
    expect(await problem(route(), explain(`{"payload":${deep}}`))).toEqual(refused);
    expect((await ask(route(), explain(JSON.stringify({ payload: deep })))).status).toBe(200);
  });

  it('over 1 MiB is refused, whether its length is said before or not', async () => {
    const big = `"${'a'.repeat(1024 * 1024)}"`;
    expect(await problem(route(), explain(big))).toMatchObject({ status: 413, code: 'BodyTooLarge' });
    const head = `POST /api/v1${route()} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    const chunk = `${big.length.toString(16)}\r\n${big}\r\n`;
    const answer = await rawRequest(world.operator.pageUrl, [`${head}Transfer-Encoding: chunked\r\n\r\n`, chunk]);
    expect(statusOf(answer)).toBe(413);
  });
});

describe('who has a token', () => {
  const tokens = new Map<string, string>();
  const as = (account: string): RequestInit => ({ headers: { authorization: `Bearer ${tokens.get(account)}` } });

  beforeAll(async () => {
    for (const account of ['nobody', 'viewer', 'reader']) {
      await world.kubectl('create', 'serviceaccount', account);
      tokens.set(account, (await world.kubectl('create', 'token', account)).trim());
    }
    tokens.set('elsewhere', (await world.kubectl('create', 'token', 'viewer', '--audience=sluice')).trim());
    const bind = (account: string, role: string) =>
      world.kubectl(
        ...['create', 'rolebinding', `${account}-${role}`],
        ...[`--clusterrole=${role}`, `--serviceaccount=${world.namespace}:${account}`],
      );
    await bind('viewer', 'sluice-deliveries-view');
    await bind('reader', 'sluice-deliveries-view');
    await bind('reader', 'sluice-receivers-view');
  });

  it.each([
    ['is none of the cluster', 'Bearer none'],
    ['is no bearer token', 'Basic YTpi'],
    ['is empty', 'Bearer '],
  ])('that %s is asked for a good one, over loopback too', async (_what, authorization) => {
    const { status, headers, body } = await ask<ProblemBody>(ofWeb(), { headers: { authorization } });
    expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, 'Unauthorized', 'Bearer']);
  });

  it('for another audience is asked for a good one', async () => {
    expect(await problem(ofWeb(), as('elsewhere'))).toMatchObject({ status: 401, code: 'Unauthorized' });
  });

  it('without the right sees nothing, as if there were nothing', async () => {
    await sendBoth();
    expect((await ask<List<ObjectView>>('/receivers', as('nobody'))).body.items).toEqual([]);
    const hidden = await ask(ofWeb(), as('nobody'));
    const missing = await ask(`/receivers/${world.namespace}/none/deliveries`, as('nobody'));
    expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
    expect(await problem('/unknown', as('nobody'))).toMatchObject({ status: 404 });
  });

  it('with the right in a namespace sees the deliveries there, and URLs only with the right to the objects', async () => {
    await sendBoth();
    expect((await ask<List<RecordView>>(ofWeb(), as('viewer'))).body.items).not.toEqual([]);
    const namesAndUrls = async (account: string) => {
      const { items } = (await ask<List<ObjectView>>('/receivers', as(account))).body;
      return items.map(({ object, url }) => `${object.namespace} ${url !== undefined}`);
    };
    expect(await namesAndUrls('viewer')).toEqual([`${world.namespace} false`, `${world.namespace} false`]);
    expect(await namesAndUrls('reader')).toEqual([`${world.namespace} true`, `${world.namespace} true`]);
    expect((await ask<ObjectView>(`/receivers/${world.namespace}/web`, as('viewer'))).body.url).toBeUndefined();
    expect((await ask<ObjectView>(`/receivers/${world.namespace}/web`, as('reader'))).body.url).toContain(path);
    expect(await problem('/unknown', as('viewer'))).toMatchObject({ status: 404 });
  });

  it('has streams of what it may see alone', async () => {
    const url = `${world.operator.pageUrl}/api/v1/stream`;
    const streamOf = (account: string) => openEventStream(url, { authorization: `Bearer ${tokens.get(account)}` });
    const [viewer, nobody] = [await streamOf('viewer'), await streamOf('nobody')];
    const [, forged] = await sendBoth();
    await expect.poll(() => byProviderId(viewer.records, forged)).toBeDefined();
    // Both were sent at the same time; who gets the next one has had this one refused before.
    await sendBoth();
    await expect.poll(() => viewer.records.length).toBeGreaterThanOrEqual(4);
    expect(nobody.records).toEqual([]);
    for (const each of [viewer, nobody]) {
      seen.push(each.text());
      each.close();
    }
  });

  it('is never shown it', () => {
    for (const token of tokens.values()) expect(seen.join('\n')).not.toContain(token);
  });
});

describe('hosts', () => {
  const statusFor = async (...headers: string[]) => {
    const target = `GET /api/v1${ofWeb()} HTTP/1.1`;
    return statusOf(await rawRequest(world.operator.pageUrl, [[target, ...headers, '', ''].join('\r\n')]));
  };

  it.each([
    [200, ['Host: localhost:1234']],
    [200, ['Host: 127.0.0.1']],
    [200, ['Host: [::1]:9080']],
    [200, ['Host: a.page.example.com']],
    [403, ['Host: page.example.com']],
    [403, ['Host: a.b.page.example.com']],
    [403, ['Host: evil.example']],
    [403, ['Host: localhost.evil.example']],
    [403, ['Host: 169.254.169.254']],
    [403, ['Host: ']],
    [400, []],
    [200, ['Host: localhost', 'Expect: something-else']],
    [400, ['Host: localhost', 'Host: evil.example']],
    [400, ['Host: localhost', 'Authorization: Bearer a', 'Authorization: Bearer b']],
    [400, ['Host: localhost', 'Last-Event-ID: a', 'Last-Event-ID: b']],
  ])('answers %i for %j', async (status, headers) => {
    expect(await statusFor(...headers)).toBe(status);
  });

  it.each([
    [405, 'http://localhost'],
    [403, 'http://evil.example'],
    [403, 'http://localhost:81'],
    [403, 'null'],
  ])('answers %i to a POST from %s', async (status, origin) => {
    const lines = [
      `POST /api/v1${ofWeb()} HTTP/1.1`,
      'Host: localhost',
      `Origin: ${origin}`,
      'Content-Length: 0',
      '',
      '',
    ];
    expect(statusOf(await rawRequest(world.operator.pageUrl, [lines.join('\r\n')]))).toBe(status);
  });
});

describe('the address of the page', () => {
  const flags = [
    '--receiverAddr=127.0.0.1:0',
    '--events-addr=',
    '--health-addr=127.0.0.1:0',
    '--metrics-addr=0',
    '--peers-addr=',
  ];
  const start = async (...args: string[]) => {
    const { controlPlane } = world;
    const KUBECONFIG = await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' });
    return runOperator([...flags, '--shutdown-delay=0s', ...args], { KUBECONFIG, RUNTIME_NAMESPACE: 'flux-system' });
  };

  it('stops the start where it is given and taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const run = await start(`--page-addr=${address}`);
    expect(await run.ended()).toBe(1);
    expect(run.stderr().trimEnd().split('\n').at(-1)).toBe(`sluice: --page-addr ${address}: address already in use`);
    taken.close();
  });

  it('is left out, and said so, where it is the default and taken', async () => {
    // Another operator of this machine may have it, and may end just then: that start shows nothing.
    await waitFor('a start while the default address is taken', async () => {
      const taken = createServer().listen(9080, '127.0.0.1');
      await once(taken, 'listening').catch(() => {});
      const run = await start();
      await expect.poll(() => run.stderr()).toMatch(/"(the page is not served: [^"]*|serving the page)"/);
      run.kill('SIGTERM');
      expect(await run.ended()).toBe(0);
      taken.close();
      return run.stderr().includes('the page is not served: set --page-addr to a free address');
    });
  });

  const [elsewhere] = Object.values(networkInterfaces())
    .flat()
    .filter((each) => each?.internal === false && each.family === 'IPv4');

  it.skipIf(elsewhere === undefined)('wants a token where it is not loopback, but for the page itself', async () => {
    const run = await start('--page-addr=0.0.0.0:0');
    const serving = () =>
      run
        .stderr()
        .split('\n')
        .find((line) => line.includes('"serving the page"'));
    await expect.poll(serving).toBeDefined();
    const { port } = JSON.parse(serving() ?? '{}') as { port: number };
    const url = `http://${elsewhere?.address}:${port}`;
    expect((await fetch(`${url}/`)).status).toBe(200);
    const answer = await fetch(`${url}/api/v1/receivers`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    run.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
  });
});

describe('all answers', () => {
  it('have no secret, no path but in a URL, and nothing that a sender meant to keep', () => {
    const text = seen.join('\n').replace(/"url":"[^"]*"/g, '');
    expect(text).toContain('SignatureMismatch');
    for (const secret of [TOKEN, CANARY, path, path.replace('/hook/', ''), 'sha256='])
      expect(text).not.toContain(secret);
  });
});
