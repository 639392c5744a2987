/** The API of deliveries: the built operator on a real API server, asked as the page and the command line ask it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { ProblemBody } from '../../operator/deliveries/api/problem.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { rawRequest, statusOf } from '../support/raw-socket.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

let world: World;
let path: string;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane());
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  await world.receiver('web', {
    type: 'github',
    secretRef: { name: 'hook' },
    resources: [{ kind: 'GitRepository', name: 'app' }],
  });
  path = await world.ready('web');
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

async function ask<T>(route: string, init: RequestInit = {}): Promise<Answer<T>> {
  const response = await fetch(`${world.operator.pageUrl}/api/v1${route}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: (text && JSON.parse(text)) as T };
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
  const sent = await world.post(path, { ...genuine, headers: { ...genuine.headers, 'x-github-delivery': ids[0] } });
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
    expect(headers.get('cache-control')).toBe('no-store');
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
