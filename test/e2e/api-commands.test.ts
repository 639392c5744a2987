/** The commands that ask a running operator, as processes: what they print, and how they end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import type { Explanation } from '../../operator/deliveries/explain/explanation.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { builtOperator } from '../support/operator-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

let world: World;
let file: string;
let path: string;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane(), {
    args: ['--shutdown-delay=0s', '--page-actions', '--external-url=http://127.0.0.1:1'],
  });
  file = await builtOperator();
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  await world.receiver('web', {
    type: 'github',
    secretRef: { name: 'hook' },
    resourceFilter: "req.ref == 'refs/heads/main'",
    resources: [{ kind: 'GitRepository', name: 'app' }],
    deliveries: { keepBodies: 5 },
  });
  path = await world.ready('web');
});

afterAll(async () => {
  await world.end();
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the bundle, with what it has said so far. */
function start(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [file, ...words], {
    env: { PATH: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

async function run(words: readonly string[], env?: Readonly<Record<string, string>>, stdin = ''): Promise<Ended> {
  const { child, ended } = start(words, env);
  child.stdin.end(stdin);
  return ended;
}

const ask = (words: readonly string[], env?: Readonly<Record<string, string>>, stdin?: string) =>
  run([...words, '--server', world.operator.pageUrl], env, stdin);
const web = () => `${world.namespace}/web`;

async function records(): Promise<readonly RecordView[]> {
  const { stdout } = await ask(['deliveries', web(), '-o', 'json']);
  return (JSON.parse(stdout) as { items: readonly RecordView[] }).items;
}

async function send(token = TOKEN, branch = 'main'): Promise<string> {
  const { body = '', headers } = signed({ ref: `refs/heads/${branch}`, after: 'a'.repeat(40) }, 'push', token);
  const id = crypto.randomUUID();
  await world.post(path, { body, headers: { ...headers, 'x-github-delivery': id } });
  return id;
}

/** Sends a webhook, and waits until its body is kept. */
async function keep(): Promise<RecordView> {
  const sent = await send();
  return waitFor('a kept body', async () =>
    (await records()).find(({ providerId, body }) => providerId === sent && body === 'kept'),
  );
}

const COLUMNS = /^TIME +VERDICT +CODE +EVENT +REVISION +STATE +FROM$/;

describe('sluice deliveries', () => {
  it('lists what came for an object, the newest first', async () => {
    await send();
    await send('another token');
    const { code, stdout, stderr } = await ask(['deliveries', web()]);
    expect([code, stderr]).toEqual([0, '']);
    const [header = '', first = '', second = ''] = stdout.split('\n');
    expect(header).toMatch(COLUMNS);
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +refused +SignatureMismatch .* 127\.0\.0\.1$/);
    expect(second).toMatch(/Z +accepted +Delivered +push +main@aaaaaaaaaaaa +\S+ +127\.0\.0\.1$/);
  });

  it('lists all objects of a kind, or one verdict, with ids where they are asked for', async () => {
    const record = await keep();
    const all = await ask(['deliveries', '--kind', 'Receiver', '--verdict', 'accepted', '-o', 'wide']);
    expect(all.code).toBe(0);
    const [header, ...rows] = all.stdout.trimEnd().split('\n');
    expect(header).toMatch(/^OBJECT +TIME .* FROM +ID$/);
    expect(rows.find((row) => row.endsWith(record.id))).toMatch(new RegExp(`^${web()} .* accepted `));
    expect(rows.every((row) => / accepted /.test(row))).toBe(true);
  });

  it('says that there are none, and since when', async () => {
    await world.receiver('quiet', { type: 'generic', secretRef: { name: 'hook' }, resources: [] });
    await world.ready('quiet');
    const { code, stdout, stderr } = await ask(['deliveries', `${world.namespace}/quiet`]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^sluice deliveries: no deliveries are remembered since \d{4}-.*Z\n$/);
  });

  it('watches those that come', async () => {
    const before = await send();
    const { child, said } = start(['deliveries', web(), '-w', '-o', 'json', '--server', world.operator.pageUrl]);
    const seen = () =>
      said.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as RecordView).providerId);
    await waitFor('the one before', () => seen().includes(before));
    const after = await send();
    await waitFor('the one that comes', () => seen().includes(after));
    child.kill('SIGINT');
    await once(child, 'close');
    expect(said.stderr).toBe('');
  });
});

describe('what nobody reads', () => {
  it('ends a watch without a word', async () => {
    const { child, said, ended } = start(['deliveries', web(), '-w', '--server', world.operator.pageUrl]);
    await waitFor('the header', () => said.stdout.startsWith('TIME'));
    child.stdout.destroy();
    await waitFor('its end', async () => {
      await send();
      return child.exitCode !== null;
    });
    expect([(await ended).code, said.stderr]).toEqual([0, '']);
  });
});

describe('sluice explain and sluice replay', () => {
  it('explain a kept delivery in the words of the API', async () => {
    const { id } = await keep();
    const { code, stdout, stderr } = await ask(['explain', web(), '--delivery', id, '--expect', 'annotated']);
    expect([code, stderr]).toEqual([0, '']);
    const answer = await fetch(`${world.operator.pageUrl}/api/v1/receivers/${web()}/explain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ delivery: id }),
    });
    expect(stdout).toBe(((await answer.json()) as { text: string }).text);
    expect((await ask(['explain', web(), '--delivery', id, '--expect', 'filtered'])).code).toBe(1);
  });

  it('explain a request from files in the words of the API', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-explain-'));
    const payload = JSON.stringify({ ref: 'refs/heads/dev' });
    await writeFile(join(folder, 'receiver.yaml'), await world.kubectl('get', 'receiver', 'web', '-o', 'yaml'));
    await writeFile(join(folder, 'push.json'), payload);
    const event = 'X-GitHub-Event: push';
    const words = ['-f', join(folder, 'receiver.yaml'), '--payload', join(folder, 'push.json'), '--header', event];
    const offline = await run(['explain', ...words, '-o', 'json']);
    const answer = await fetch(`${world.operator.pageUrl}/api/v1/receivers/${web()}/explain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ payload, headers: { 'X-GitHub-Event': 'push' } }),
    });
    const online = (await answer.json()) as Explanation;
    // Offline nobody knows whether it is served.
    const request = { ...online.request, path: 'skipped' };
    expect(JSON.parse(offline.stdout)).toEqual({ ...online, request });
    expect((await run(['explain', ...words])).stdout).toBe(online.text);
    await rm(folder, { recursive: true });
  });

  it('replay one by a token of the environment, a file, or stdin', async () => {
    await world.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'jane' } });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'sluice-replay' };
    const subjects = [{ kind: 'ServiceAccount', name: 'jane', namespace: world.namespace }];
    const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'jane' } };
    await world.apply({ ...binding, roleRef, subjects });
    const token = await world.kubectl('create', 'token', 'jane');
    const { id } = await keep();
    const replay = ['replay', web(), id];
    expect(await ask(replay)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^sluice replay: .*needs a token.*\n$/),
    });
    const byEnvironment = await ask(replay, { SLUICE_TOKEN: token });
    expect(byEnvironment).toMatchObject({ code: 0, stderr: '' });
    expect(byEnvironment.stdout).toContain(`GitRepository/${world.namespace}/app: `);
    const byStdin = await ask([...replay, '-o', 'json', '--token-file', '-'], {}, token);
    expect(byStdin.code).toBe(0);
    expect(JSON.parse(byStdin.stdout)).toMatchObject({ origin: 'replayed', duplicateOf: id, verdict: 'accepted' });
  });
});

describe('sluice doctor', () => {
  const doctor = (name: string) => ask(['doctor', `${world.namespace}/${name}`]);
  const outcomes = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/^(ok|skipped|broken|not checked) {2,}([\w -]+?)(?: {2,}.*)?$/gm)].map(([, outcome, name]) => [
        name,
        outcome,
      ]),
    );

  it('finds nothing wrong with a Receiver whose webhooks arrive', async () => {
    await send();
    const { code, stdout, stderr } = await doctor('web');
    expect([code, stderr]).toEqual([0, '']);
    expect(outcomes(stdout)).toMatchObject({
      Secret: 'ok',
      path: 'ok',
      'filter compiles': 'ok',
      targets: 'ok',
      'last deliveries': 'ok',
    });
  });

  it.each<[link: string, name: string, spec: object, fix: RegExp]>([
    ['Secret', 'no-secret', { secretRef: { name: 'none' } }, /fix: create the Secret/],
    ['path', 'paused', { suspend: true }, /fix: set spec\.suspend to false/],
    ['filter compiles', 'bad-filter', { resourceFilter: 'req.ref ==' }, /1:\d+.*\n +fix: correct the filter/],
    [
      'targets',
      'no-target',
      { resources: [{ kind: 'GitRepository', name: 'mispelt' }] },
      /TargetNotFound: .*mispelt.*\n +fix: /,
    ],
    ['last deliveries', 'none-yet', {}, /no webhook has arrived\n +fix: enter status\.url/],
  ])('stops at a broken %s, and says how to mend it', async (link, name, spec, fix) => {
    const usual = { type: 'github', secretRef: { name: 'hook' }, resources: [{ kind: 'GitRepository', name: 'app' }] };
    await world.receiver(name, { ...usual, ...spec });
    const found = await waitFor(`the broken ${link}`, async () => {
      const ended = await doctor(name);
      return outcomes(ended.stdout)[link] === 'broken' && ended;
    });
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(fix);
    const walked = Object.values(outcomes(found.stdout));
    expect(walked.slice(walked.indexOf('broken') + 1).every((outcome) => outcome === 'not checked')).toBe(true);
  });

  it('stops at webhooks that are refused', async () => {
    await send('another token');
    const { code, stdout } = await doctor('web');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^broken +last deliveries +SignatureMismatch: .*\n +fix: the secret at the sender is not/m);
  });
});

describe('one line and exit code 2', () => {
  let stranger: Server;
  beforeAll(async () => {
    stranger = createServer((_request, response) => response.end('hello'));
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
  });
  afterAll(() => void stranger.close());

  const lines: readonly [what: string, words: () => readonly string[], message: RegExp][] = [
    ['no object', () => ['doctor'], /NAMESPACE\/NAME is missing/],
    ['a word that is no object', () => ['deliveries', 'web'], /NAMESPACE\/NAME is meant; it is web/],
    ['another word', () => ['deliveries', web(), 'more'], /more is one word too many/],
    ['an unknown flag', () => ['deliveries', '--what'], /--what.*--help/],
    ['an unknown kind', () => ['deliveries', '--kind', 'widgets'], /--kind must be one of receivers/],
    ['an unknown verdict', () => ['deliveries', '--verdict', 'fine'], /--verdict must be one of accepted/],
    ['no delivery', () => ['explain', web()], /--delivery is missing/],
    ['a delivery without an object', () => ['explain', '--delivery', '1'], /NAMESPACE\/NAME is missing/],
    ['a delivery and files', () => ['explain', web(), '--delivery', '1', '-f', 'a.yaml'], /--filename goes with files/],
    [
      'files and a server',
      () => ['explain', '-f', 'a', '--payload', 'b', '--server', 'http://a'],
      /--server goes with/,
    ],
    ['no id', () => ['replay', web()], /ID is missing/],
    ['an unknown object', () => ['doctor', `${world.namespace}/none`], /404 NotFound: /],
    ['an unknown delivery', () => ['explain', web(), '--delivery', '0000'], /404 NotFound: /],
    ['a server that is no URL', () => ['doctor', web(), '--server', 'here'], /--server must be a URL/],
    ['a token file that is not there', () => ['doctor', web(), '--token-file', '/none'], /--token-file \/none: /],
  ];
  it.each(lines)('for %s', async (_what, words, message) => {
    const all = words();
    const ended = all.includes('--server') || all.includes('-f') ? await run(all) : await ask(all);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^sluice \w+: [^\n]+\n$/);
    expect(ended.stderr).toMatch(message);
  });

  it('for a server that is not there, that is another one, or that does not know the token', async () => {
    const servers = [
      `http://127.0.0.1:${await freePort()}`,
      `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`,
    ];
    const [away, other] = await Promise.all(servers.map((server) => run(['deliveries', web(), '--server', server])));
    expect(away?.stderr).toMatch(/^sluice deliveries: http:\S+ cannot be reached: [^\n]*; run it where [^\n]+\n$/);
    expect(other?.stderr).toMatch(/^sluice deliveries: http:\S+ is no server of Sluice's page; [^\n]+\n$/);
    const stranged = await ask(['deliveries', web()], { SLUICE_TOKEN: 'none' });
    expect(stranged.stderr).toMatch(/^sluice deliveries: 401 Unauthorized: [^\n]+--token-file or SLUICE_TOKEN\n$/);
    expect([away?.code, other?.code, stranged.code]).toEqual([2, 2, 2]);
  });
});
