// What a stranger can send to the running operator: each gets its answer, and the same process gives the next one.
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reusedControlPlane } from '../support/control-plane.ts';
import { rawRequest, statusOf } from '../support/raw-socket.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 3 * MIB;

let world: World;
let pid: number;
/** Paths of a github Receiver, of one with a filter, and of a generic one with a filter. */
let github = '';
let filtered = '';
let generic = '';

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane());
  pid = world.operator.pid;
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'repo');
  const spec = (more: object) => ({
    secretRef: { name: 'token' },
    resources: [{ kind: 'GitRepository', name: 'repo' }],
    ...more,
  });
  const filter = 'has(req.n) && req.n == 1.0';
  await world.receiver('github', spec({ type: 'github', events: ['push'] }));
  await world.receiver('filtered', spec({ type: 'github', resourceFilter: filter }));
  await world.receiver('generic', spec({ type: 'generic', resourceFilter: filter }));
  [github = '', filtered = '', generic = ''] = await Promise.all(
    ['github', 'filtered', 'generic'].map((name) => world.ready(name)),
  );
});
afterEach(async () => {
  // Alive, the same process, and serving: after every single case.
  expect(world.operator.pid).toBe(pid);
  expect((await fetch(world.operator.healthUrl('/healthz'))).status).toBe(200);
  expect((await world.post(github, signed({}))).status).toBe(200);
});
afterAll(() => world?.end());

const signatureOf = (body: string | Buffer, algorithm = 'sha256', token = TOKEN): string =>
  `${algorithm}=${createHmac(algorithm, token).update(body).digest('hex')}`;

/** The head of a POST with these header lines. */
function head(path: string, lines: readonly string[]): string {
  return `POST ${path} HTTP/1.1\r\nHost: hooks\r\n${lines.join('\r\n')}\r\n\r\n`;
}

const send = async (...parts: (string | Buffer | null)[]): Promise<number> =>
  statusOf(await rawRequest(world.operator.url, parts));

/** A signed JSON body to the path, as bytes on a socket. */
async function sendSigned(path: string, body: string | Buffer): Promise<number> {
  return await send(
    head(path, [
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-GitHub-Event: push',
      `X-Hub-Signature-256: ${signatureOf(body)}`,
    ]),
    body,
  );
}

describe('a body', () => {
  const padded = (bytes: number): string => `{"n":1,"p":"${'x'.repeat(bytes - 14)}"}`;

  it('of exactly the limit is taken', async () => {
    expect(padded(LIMIT_BYTES)).toHaveLength(LIMIT_BYTES);
    expect(await sendSigned(filtered, padded(LIMIT_BYTES))).toBe(200);
  });

  it('over the limit is refused by its length alone', async () => {
    expect(await send(head(github, [`Content-Length: ${LIMIT_BYTES + 1}`]))).toBe(413);
  });

  it('over the limit is refused although it never said how long it is', async () => {
    const chunk = `${(64 * 1024).toString(16)}\r\n${'x'.repeat(64 * 1024)}\r\n`;
    const chunks = Array.from({ length: LIMIT_BYTES / (64 * 1024) + 1 }, () => chunk);
    expect(await send(head(github, ['Transfer-Encoding: chunked']), ...chunks)).toBe(413);
  });

  it('cut short is no webhook', async () => {
    const body = '{"n":1}';
    const lines = ['Content-Length: 100', 'X-GitHub-Event: push', `X-Hub-Signature-256: ${signatureOf(body)}`];
    const before = await world.requestedAt('GitRepository', 'repo');
    expect([0, 400]).toContain(await send(head(github, ['Content-Type: application/json', ...lines]), body, null));
    expect(await world.requestedAt('GitRepository', 'repo')).toBe(before);
  });

  it.each([
    ['empty', '', 500],
    ['no JSON', '{"n":', 500],
    ['two values', '{"n":1}{"n":1}', 200],
    ['a list', '[1]', 500],
    ['null', 'null', 200],
    ['deeper than any payload', `{"n":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 500],
    ['deep, and within what is read', `{"n":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 200],
    ['keys of a prototype', '{"__proto__":{"n":1},"constructor":{"prototype":{"n":1}}}', 200],
    ['bytes that are no UTF-8', Buffer.from([...Buffer.from('{"p":"'), 0xff, 0xfe, ...Buffer.from('"}')]), 200],
    ['an own key __proto__', '{"n":1,"__proto__":null}', 200],
    ['a number beyond all numbers', '{"n":1e999}', 500],
  ])('for a filter: %s', async (_what, body, status) => {
    expect(await sendSigned(filtered, body)).toBe(status);
  });

  it('that only looks as if it had the field wakes nobody', async () => {
    const before = await world.requestedAt('GitRepository', 'repo');
    expect(await sendSigned(filtered, '{"__proto__":{"n":1}}')).toBe(200);
    expect(await world.requestedAt('GitRepository', 'repo')).toBe(before);
    expect(await sendSigned(filtered, '{"n":1}')).toBe(200);
    expect(await world.requestedAt('GitRepository', 'repo')).not.toBe(before);
  });

  it('that is not wanted by any filter may be anything', async () => {
    expect(await sendSigned(github, '')).toBe(200);
    expect(await sendSigned(github, Buffer.from([0, 0xff, 0x7b]))).toBe(200);
  });

  it('of another type is an empty object to filters', async () => {
    const lines = ['Content-Type: text/plain', 'Content-Length: 7'];
    expect(await send(head(generic, lines), '{"n":1}')).toBe(200);
  });
});

describe('a signature', () => {
  const body = '{"n":1}';
  const hub = (...lines: string[]) => [
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'X-GitHub-Event: push',
    ...lines,
  ];
  const genuine = signatureOf(body);
  it.each([
    ['genuine', [`X-Hub-Signature-256: ${genuine}`], 200],
    ['genuine, in the older header', [`X-Hub-Signature: ${signatureOf(body, 'sha1')}`], 200],
    ['none', [], 400],
    ['twice', [`X-Hub-Signature-256: ${genuine}`, `X-Hub-Signature-256: ${genuine}`], 400],
    ['two joined by a proxy', [`X-Hub-Signature-256: ${genuine}, ${genuine}`], 400],
    ['too short', [`X-Hub-Signature-256: ${genuine.slice(0, -2)}`], 400],
    ['too long', [`X-Hub-Signature-256: ${genuine}00`], 400],
    ['wrong in the first byte', [`X-Hub-Signature-256: sha256=00${genuine.slice(9)}`], 400],
    ['of another token', [`X-Hub-Signature-256: ${signatureOf(body, 'sha256', 'guessed')}`], 400],
    ['of an algorithm that is not taken', [`X-Hub-Signature-256: ${signatureOf(body, 'md5')}`], 400],
    ['without an algorithm', [`X-Hub-Signature-256: ${genuine.slice(7)}`], 400],
    ['that is no hex', ['X-Hub-Signature-256: sha256=zz'], 400],
    ['empty', ['X-Hub-Signature-256:'], 400],
    ['wrong beside a good older one', ['X-Hub-Signature-256: sha256=00', `X-Hub-Signature: ${genuine}`], 400],
  ])('%s', async (_what, lines, status) => {
    expect(await send(head(github, hub(...lines)), body)).toBe(status);
  });
});

describe('a request', () => {
  it.each([
    ['with an absurd header', () => head(github, [`X-A: ${'x'.repeat(300 * 1024)}`]), 431],
    ['that is none', () => '\x16\x03\x01\x02\0\x01\r\n\r\n', 400],
    ['to a tunnel', () => 'CONNECT hooks:443 HTTP/1.1\r\nHost: hooks\r\n\r\n', 400],
    ['that expects miracles', () => head(github, ['Content-Length: 300000000', 'Expect: miracles']), 417],
    ['that expects miracles nowhere', () => head('/hook/x', ['Content-Length: 300000000', 'Expect: miracles']), 404],
    ['of a load balancer, whether it is ready', () => 'GET / HTTP/1.1\r\nHost: hooks\r\n\r\n', 200],
    ['with an encoded slash', () => head(github.replace('/hook/', '/hook%2F'), ['Content-Length: 0']), 404],
    ['in upper case', () => head(github.toUpperCase(), ['Content-Length: 0']), 404],
    ['with a query', () => head(`${github}?a=/hook/`, ['Content-Length: 0']), 400],
    ['of the wrong content type', () => head(github, ['Content-Length: 0', 'Content-Type: text/plain']), 400],
  ])('%s', async (_what, text, status) => {
    expect(await send(text())).toBe(status);
  });

  it('by a wrong method is answered with the right ones', async () => {
    const answer = await rawRequest(world.operator.url, [`DELETE ${github} HTTP/1.1\r\nHost: hooks\r\n\r\n`]);
    expect(statusOf(answer)).toBe(405);
    expect(answer).toMatch(/\r\nAllow: POST\r\n/i);
  });

  it('that is too slow, in its head or its body, is given up', async () => {
    const slow = [
      rawRequest(world.operator.url, [`POST ${github} HTTP/1.1\r\nHost: ho`]),
      rawRequest(world.operator.url, [head(github, ['Content-Length: 10', 'Expect: x']), '{']),
    ];
    const [first = ''] = await Promise.all([slow[0], slow[1]?.catch(() => '')]);
    expect(statusOf(first)).toBe(408);
  });
});

describe('an expression', () => {
  it.each([
    ['that takes too long', 'req.l.all(a, req.l.all(b, req.l.all(c, a + b + c >= 0.0)))'],
    ['that makes too much', 'req.l.map(a, req.t.replace("", req.t)).size() > 0'],
    ['that fails', 'req.l[99999] == 1'],
  ])('%s is 500, and soon', async (what, resourceFilter) => {
    const name = what.replaceAll(' ', '-');
    const resources = [{ kind: 'GitRepository', name: 'repo' }];
    await world.receiver(name, { type: 'generic', secretRef: { name: 'token' }, resourceFilter, resources });
    const path = await world.ready(name);
    const body = JSON.stringify({ l: Array.from({ length: 1_000 }, (_, i) => i), t: 'x'.repeat(100_000) });
    const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    expect(await send(head(path, lines), body)).toBe(500);
  });

  it('with a catastrophic pattern is matched in linear time', async () => {
    const spec = {
      type: 'generic',
      secretRef: { name: 'token' },
      resources: [{ kind: 'GitRepository', name: 'repo' }],
    };
    await world.receiver('pattern', { ...spec, resourceFilter: 'req.t.matches("^(a+)+$")' });
    const path = await world.ready('pattern');
    const body = JSON.stringify({ t: `${'a'.repeat(50_000)}b` });
    const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    expect([200, 500]).toContain(await send(head(path, lines), body));
  });
});
