// Which answer a webhook gets and which targets it wakes, on real sockets and a real API server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reusedControlPlane } from '../support/control-plane.ts';
import { rawRequest, statusOf } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';
import { hexHmac } from '../support/webhook-request.ts';
import { createWorld, signed, TOKEN, type Webhook, type World } from '../support/world.ts';

let world: World;
let counter = 0;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane());
  await world.secret('token', { token: TOKEN });
  for (const name of ['a', 'b', 'c']) {
    await world.target('GitRepository', name, { labels: { app: name === 'c' ? 'other' : 'web', rank: name } });
  }
  await world.target('OCIRepository', 'a', { labels: { app: 'web' } });
});
afterAll(() => world?.end());

const json = (payload: unknown): Webhook => ({
  headers: { 'content-type': 'application/json' },
  body: typeof payload === 'string' ? payload : JSON.stringify(payload),
});

/** A Receiver of its own for each case. @returns its path. */
async function path(spec: object): Promise<string> {
  counter += 1;
  const name = `r${counter}`;
  await world.receiver(name, { type: 'generic', secretRef: { name: 'token' }, ...spec });
  return await world.ready(name);
}

const repo = (name: string, more: object = {}) => ({ kind: 'GitRepository', name, ...more });

/** Which of the targets a webhook wakes. */
async function woken(hook: string, webhook: Webhook = json({})): Promise<{ status: number; woken: string[] }> {
  const names = ['GitRepository/a', 'GitRepository/b', 'GitRepository/c', 'OCIRepository/a'];
  const look = async () =>
    await Promise.all(names.map((name) => world.requestedAt(name.split('/')[0] ?? '', name.split('/')[1] ?? '')));
  const before = await look();
  const { status } = await world.post(hook, webhook);
  const after = await look();
  return { status, woken: names.filter((_, index) => before[index] !== after[index]) };
}

describe('selection', () => {
  it.each([
    ['one by name', [repo('a')], ['GitRepository/a'], 200],
    ['several', [repo('a'), repo('c')], ['GitRepository/a', 'GitRepository/c'], 200],
    ['the same name of another kind', [{ kind: 'OCIRepository', name: 'a' }], ['OCIRepository/a'], 200],
    ['all with a label', [repo('*', { matchLabels: { app: 'web' } })], ['GitRepository/a', 'GitRepository/b'], 200],
    ['two labels', [repo('*', { matchLabels: { app: 'web', rank: 'b' } })], ['GitRepository/b'], 200],
    [
      'empty labels: every object of the namespace',
      [repo('*', { matchLabels: {} })],
      ['GitRepository/a', 'GitRepository/b', 'GitRepository/c'],
      200,
    ],
    ['a label that nobody has', [repo('*', { matchLabels: { app: 'none' } })], [], 200],
    ['a name makes labels meaningless', [repo('c', { matchLabels: { app: 'web' } })], ['GitRepository/c'], 200],
    ['an explicit apiVersion', [repo('a', { apiVersion: 'source.toolkit.fluxcd.io/v1' })], ['GitRepository/a'], 200],
    ['the same target twice', [repo('a'), repo('a')], ['GitRepository/a'], 200],
    ['a missing one does not keep the others', [repo('gone'), repo('b')], ['GitRepository/b'], 500],
    ['all, without labels', [repo('*')], [], 500],
    ['a kind without a default version', [{ kind: 'Kustomization', name: 'a' }, repo('a')], ['GitRepository/a'], 500],
    ['a kind that nobody knows', [{ apiVersion: 'example.com/v1', kind: 'Thing', name: 'a' }], [], 500],
    ['a name that is a path', [repo('a/status'), repo('b')], ['GitRepository/b'], 500],
    ['a name that is an encoded path', [repo('a%2Fstatus'), repo('b')], ['GitRepository/b'], 500],
    ['a namespace that is a path', [repo('a', { namespace: '..' }), repo('b')], ['GitRepository/b'], 500],
    ['a version that nobody serves', [repo('a', { apiVersion: 'source.toolkit.fluxcd.io/v9' })], [], 500],
  ])('%s', async (_what, resources, expected, status) => {
    expect(await woken(await path({ resources }))).toEqual({ status, woken: expected });
  });

  it('reaches another namespace', async () => {
    const other = `${world.namespace}-other`;
    await world.controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } }));
    await world.target('GitRepository', 'far', { namespace: other });
    const hook = await path({ resources: [repo('far', { namespace: other })] });
    expect((await world.post(hook, json({}))).status).toBe(200);
    expect(await world.requestedAt('GitRepository', 'far', other)).not.toBe('');
  });

  it('reaches a core kind that Flux would refuse, where the operator has the right to', async () => {
    const hook = await path({ resources: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt' }] });
    expect((await world.post(hook, json({}))).status).toBe(500);
  });

  it('never writes the same value twice', async () => {
    const hook = await path({ resources: [repo('a')] });
    const values = new Set<string>();
    for (let i = 0; i < 5; i++) {
      await world.post(hook, json({}));
      values.add(await world.requestedAt('GitRepository', 'a'));
    }
    expect(values.size).toBe(5);
    for (const value of values) expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  });
});

describe('filters', () => {
  const everyWeb = [repo('*', { matchLabels: { app: 'web' } })];
  it.each([
    [
      'on the payload, true',
      { resourceFilter: 'req.n == 3', resources: [repo('a')] },
      { n: 3 },
      200,
      ['GitRepository/a'],
    ],
    ['on the payload, false', { resourceFilter: 'req.n == 3', resources: [repo('a')] }, { n: 4 }, 200, []],
    [
      'on the target',
      { resourceFilter: 'res.metadata.name == "b"', resources: everyWeb },
      {},
      200,
      ['GitRepository/b'],
    ],
    [
      'on both, named',
      { resourceFilter: 'req.name == res.metadata.name', resources: [repo('a'), repo('b')] },
      { name: 'a' },
      200,
      ['GitRepository/a'],
    ],
    [
      'of the entry',
      {
        resources: [
          repo('a', { filter: 'req.tag.startsWith("v1")' }),
          repo('b', { filter: 'req.tag.startsWith("v2")' }),
        ],
      },
      { tag: 'v2.0' },
      200,
      ['GitRepository/b'],
    ],
    [
      'both must hold',
      {
        resourceFilter: 'req.n > 1',
        resources: [repo('a', { filter: 'req.n > 2' }), repo('b', { filter: 'req.n > 9' })],
      },
      { n: 3 },
      200,
      ['GitRepository/a'],
    ],
    ['a missing field', { resourceFilter: 'req.nope == 1', resources: [repo('a')] }, { n: 1 }, 500, []],
    [
      'a missing field behind has',
      { resourceFilter: 'has(req.nope) && req.nope == 1', resources: [repo('a')] },
      {},
      200,
      [],
    ],
    ['an empty body', { resourceFilter: 'true', resources: [repo('a')] }, '', 500, []],
    ['a body that is no JSON', { resourceFilter: 'true', resources: [repo('a')] }, '{', 500, []],
    ['a body that is no object', { resourceFilter: 'true', resources: [repo('a')] }, '[]', 500, []],
    ['no filter asks nothing of the body', { resources: [repo('a')] }, '{', 200, ['GitRepository/a']],
    [
      'one that fails keeps nobody else from being woken',
      { resourceFilter: 'res.metadata.labels.rank == "a" || req.nope == 1', resources: everyWeb },
      {},
      500,
      ['GitRepository/a'],
    ],
    [
      'a kind and version',
      {
        resourceFilter: 'res.kind == "GitRepository" && res.apiVersion == "source.toolkit.fluxcd.io/v1"',
        resources: [repo('a')],
      },
      {},
      200,
      ['GitRepository/a'],
    ],
    ['never the spec', { resourceFilter: 'has(res.spec)', resources: [repo('a')] }, {}, 200, []],
  ] as const)('%s', async (_what, spec, payload, status, expected) => {
    expect(await woken(await path(spec), json(payload))).toEqual({ status, woken: expected });
  });

  it.each([
    "req.commits.exists(c, c.modified.exists(f, f.matches('^teams/team-[0-9]+/.*/svc-5[0-9]+1/.*[.]ya?ml$')))",
    "req.commits.exists(c, (c.added + c.modified + c.removed).exists(f, f.endsWith('51111/deploy/values.yaml') || f.contains('/prod/') || f.matches('^(apps|infra)/')))",
  ])('walk a push of 3 MiB to its end: %s', async (resourceFilter) => {
    const modified = Array.from({ length: 55_000 }, (_, i) => {
      return `teams/team-00/services/svc-${String(i).padStart(5, '0')}/deploy/values.yaml`;
    });
    const hook = await path({ resourceFilter, resources: [repo('a')] });
    const push = json({ ref: 'refs/heads/main', commits: [{ added: [], removed: [], modified }] });
    expect(await woken(hook, push)).toEqual({ status: 200, woken: ['GitRepository/a'] });
  });

  it('are stopped where they take too many steps', async () => {
    const resourceFilter = 'req.l.all(x, req.l.all(y, req.l.all(z, true)))';
    const hook = await path({ resourceFilter, resources: [repo('a')] });
    expect(await woken(hook, json({ l: Array(1_000).fill(1) }))).toEqual({ status: 500, woken: [] });
  });

  it('see an empty object where the content type is not JSON', async () => {
    const hook = await path({ resourceFilter: 'size(req) == 0', resources: [repo('a')] });
    const webhook = { headers: { 'content-type': 'text/plain' }, body: '{"n":1}' };
    expect(await woken(hook, webhook)).toEqual({ status: 200, woken: ['GitRepository/a'] });
  });

  it('give 500 for a named target that is missing, where they need it', async () => {
    const hook = await path({ resourceFilter: 'res.metadata.name == "gone"', resources: [repo('gone')] });
    expect((await world.post(hook, json({}))).status).toBe(500);
  });

  it('see a target that has just come', async () => {
    const hook = await path({ resourceFilter: 'res.metadata.name == "fresh"', resources: [repo('fresh')] });
    expect((await world.post(hook, json({}))).status).toBe(500);
    await world.target('GitRepository', 'fresh');
    expect((await world.post(hook, json({}))).status).toBe(200);
  });
});

describe('events', () => {
  it.each([
    ['listed', ['ping', 'push'], 'push', 200],
    ['listed in other letters', ['PUSH'], 'push', 200],
    ['sent in other letters', ['push'], 'PuSh', 200],
    ['not listed', ['ping'], 'push', 400],
    ['none listed: all', [], 'anything', 200],
    ['a ping, listed or not', ['push'], 'ping', 200],
  ])('%s', async (_what, events, event, status) => {
    const hook = await path({ type: 'github', events, resources: [repo('a')] });
    expect((await world.post(hook, signed({}, event))).status).toBe(status);
  });

  it.each([
    ['the first counts', ['push', 'deploy'], 200],
    ['twice the same', ['push', 'push'], 200],
    ['the second does not count', ['deploy', 'push'], 400],
  ])('an event header that comes twice: %s', async (_what, events, status) => {
    const hook = await path({ type: 'github', events: ['push'], resources: [repo('a')] });
    const { headers = {}, body = '' } = signed({ ref: 'refs/heads/main' });
    const lines = Object.entries({ ...headers, host: 'a', 'content-length': String(body.length) })
      .filter(([name]) => name !== 'x-github-event')
      .concat(events.map((event) => ['X-GitHub-Event', event]))
      .map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await rawRequest(world.operator.url, [`POST ${hook} HTTP/1.1\r\n${lines.join('')}\r\n`, body]);
    expect(statusOf(answer)).toBe(status);
  });

  it('that are not listed are answered 200 on request, and annotate nothing', async () => {
    const deliveries = { unlistedEvents: 'Accept' } as const;
    const hook = await path({ type: 'github', events: ['push'], resources: [repo('a')], deliveries });
    expect(await woken(hook, signed({}, 'issues'))).toEqual({ status: 200, woken: [] });
    const forged = { ...signed({}, 'issues'), body: '{"forged":true}' };
    expect((await world.post(hook, forged)).status).toBe(400);
    expect(await woken(hook, signed({}, 'push'))).toEqual({ status: 200, woken: ['GitRepository/a'] });
  });

  it('mean nothing for a type that has none', async () => {
    const hook = await path({ type: 'generic', events: ['push'], resources: [repo('a')] });
    expect((await world.post(hook)).status).toBe(200);
  });
});

describe('the path', () => {
  it('routes alone, whole and by case; a query is ignored', async () => {
    const hook = await path({ resources: [repo('a')] });
    const answers = await Promise.all(
      [hook, `${hook}?a=b`, `${hook}/`, `/${hook}`, hook.toUpperCase(), `${hook.slice(0, -1)}`, '/', '/hook/'].map(
        async (each) => (await world.post(each)).status,
      ),
    );
    expect(answers).toEqual([200, 200, 404, 404, 404, 404, 404, 404]);
  });

  it('takes POST, for generic and generic-hmac also GET and PUT, and names what it takes', async () => {
    const generic = await path({ resources: [repo('a')] });
    const github = await path({ type: 'github', resources: [repo('a')] });
    const hmac = await path({ type: 'generic-hmac', resources: [repo('a')] });
    const headers = { 'X-Signature': `sha256=${hexHmac('sha256', TOKEN, '')}` };
    for (const method of ['GET', 'PUT', 'POST']) {
      expect((await world.post(generic, { method })).status).toBe(200);
      expect((await world.post(hmac, { method, headers })).status).toBe(200);
    }
    const refused = await world.post(generic, { method: 'DELETE' });
    expect([refused.status, refused.headers.get('allow'), refused.body]).toEqual([405, 'POST, GET, PUT', '']);
    const got = await world.post(github, { method: 'GET' });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a target that cannot be notified', () => {
  const answered = async (resources: readonly object[]) =>
    (await world.post(await path({ resources }), json({}))).status;
  const noted = async (reason: string, text: string) => {
    const receiver = `r${counter}`;
    await waitFor(`the Event ${reason} of ${receiver}`, async () => {
      const events = await world.events(receiver);
      return events.some((event) => event.type === 'Warning' && event.reason === reason && event.note.includes(text));
    });
    const logged = (await world.log()).find(({ name, code }) => name === receiver && code === reason);
    return { msg: logged?.msg, target: logged?.target };
  };

  it('is named in an Event and the log when a webhook meets it: a name that is wrong', async () => {
    expect(await answered([repo('my-ngnix')])).toBe(500);
    expect(await noted('TargetNotFound', 'GitRepository/')).toEqual({
      msg: 'target not found: correct its name in spec.resources of the Receiver, or create it',
      target: {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: world.namespace,
        name: 'my-ngnix',
      },
    });
  });

  it('and one that the operator may not patch', async () => {
    expect(await answered([{ apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt' }])).toBe(500);
    const { msg } = await noted('TargetRefused', 'no right to patch');
    expect(msg).toBe('target not annotated: the operator has no right to patch this kind');
  });

  it.each([
    ['a kind without a version', { kind: 'Kustomization', name: 'a' }, 'spec.resources[1].apiVersion is required'],
    ['a kind that does not exist', { apiVersion: 'example.com/v1', kind: 'Thing', name: 'a' }, 'has no kind Thing'],
    ['* without labels', { kind: 'GitRepository', name: '*' }, "name '*' needs matchLabels"],
    ['a name that is a path', { kind: 'GitRepository', name: 'a/b' }, 'spec.resources[1].name'],
  ])('is named before any webhook comes: %s', async (_what, resource, text) => {
    await path({ resources: [repo('a'), resource] });
    const { msg } = await noted('TargetInvalid', text);
    expect(msg).toBe('target is not valid: correct the entry in spec.resources of the Receiver');
  });
});

describe('a refused webhook', () => {
  it('leaves its target alone, says nothing, and its token is nowhere', async () => {
    const hook = await path({ type: 'github', resources: [repo('a')] });
    const forged = await woken(hook, signed({}, 'push', 'guessed'));
    expect(forged).toEqual({ status: 400, woken: [] });
    const { body } = await world.post(hook, signed({}, 'push', 'guessed'));
    expect(body).toBe('');
    const metrics = await (await fetch(world.operator.metricsUrl)).text();
    const log = JSON.stringify(await world.log());
    const digest = hook.slice('/hook/'.length);
    expect(metrics).toContain('sluice_webhooks_total');
    for (const text of [metrics, log]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(digest);
    }
  });
});
