import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthority } from '../../../../control-plane/certificates.ts';
import { signServiceAccountToken } from '../../../../control-plane/service-account-token.ts';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import { ApiError, ConnectionError } from '../../../../operator/kube/api-error.ts';
import type { KubeClient, KubeObject, KubeRequest, ResourceType } from '../../../../operator/kube/kube-client.ts';
import { apply, mergePatch } from '../../../../operator/kube/operations.ts';
import { resourcePath } from '../../../../operator/kube/resource-path.ts';
import { createKubeClient, type KubeClientOptions } from '../../../../operator/kube/transport/client.ts';
import { KubeConfig } from '../../../../operator/kube/transport/kube-config.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { createHttpGate, type HttpGate } from '../../../support/http-gate.ts';
import { createTcpProxy } from '../../../support/tcp-proxy.ts';
import { waitFor } from '../../../support/wait-for.ts';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', plural: 'configmaps', namespaced: true };
const MERGE_PATCH = 'application/merge-patch+json';
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

let controlPlane: ControlPlane;
let namespace: string;
let gate: HttpGate;
const opened: KubeClient[] = [];

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  namespace = await freshNamespace(controlPlane);
});

beforeEach(async () => {
  gate = await createHttpGate(controlPlane.adminKubeconfig);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((client) => client.close()));
  await gate.stop();
});

interface ClientSetting {
  readonly kubeconfig?: string;
  readonly server?: string;
  /** Instead of the user of the kubeconfig. */
  readonly user?: object;
  /** Beside what the kubeconfig says of its cluster. */
  readonly cluster?: object;
  readonly options?: Partial<KubeClientOptions>;
}

function clientFor({ kubeconfig, server, user, cluster, options }: ClientSetting = {}): KubeClient {
  const content = JSON.parse(readFileSync(kubeconfig ?? controlPlane.adminKubeconfig, 'utf8')) as {
    clusters: [{ cluster: object }];
    users: [{ user: object }];
  };
  Object.assign(content.clusters[0].cluster, server === undefined ? {} : { server }, cluster);
  if (user !== undefined) content.users[0].user = user;
  const config = new KubeConfig();
  config.loadFromString(JSON.stringify(content));
  const client = createKubeClient(config, { log: pino({ level: 'silent' }), qps: 50, burst: 300, ...options });
  opened.push(client);
  return client;
}

/** Through the gate, which has rights of its own. */
const gated = (options?: Partial<KubeClientOptions>): KubeClient =>
  clientFor({ server: gate.url, user: {}, ...(options === undefined ? {} : { options }) });

const path = (name?: string): string => resourcePath(CONFIG_MAPS, { namespace, name });
const get = (name: string): KubeRequest => ({ method: 'GET', path: path(name) });
const list: KubeRequest = { method: 'GET', path: resourcePath(CONFIG_MAPS, { namespace: 'default' }) };
const create = (name: string, data: Record<string, string> = {}): KubeRequest => ({
  method: 'POST',
  path: path(),
  body: { metadata: { name }, data },
});
const patch = (name: string, data: Record<string, string | null>, extra: object = {}): KubeRequest => ({
  method: 'PATCH',
  path: path(name),
  contentType: MERGE_PATCH,
  body: { data },
  ...extra,
});

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

describe('requests', () => {
  it('create, read, change in each way, and delete', async () => {
    const client = clientFor();
    await client.request(create('each-way', { a: '1', b: '1' }));
    const merged = await mergePatch<ConfigMap>(
      client,
      CONFIG_MAPS,
      { namespace, name: 'each-way' },
      { data: { b: null } },
    );
    expect(merged.data).toEqual({ a: '1' });
    const operations = [{ op: 'add', path: '/data/ü', value: '2' }];
    const jsonPatch = { method: 'PATCH', path: path('each-way'), contentType: 'application/json-patch+json' } as const;
    const error = await errorOf(client.request({ ...jsonPatch, body: operations }));
    expect(error).toMatchObject({ httpStatus: 422, reason: 'Invalid' });
    operations[0] = { op: 'add', path: '/data/c', value: 'ü€😀' };
    await client.request({ ...jsonPatch, body: operations });
    expect((await client.request<ConfigMap>(get('each-way'))).data).toEqual({ a: '1', c: 'ü€😀' });
    await client.request({ method: 'DELETE', path: path('each-way') });
    expect(await errorOf(client.request(get('each-way')))).toMatchObject({ httpStatus: 404, reason: 'NotFound' });
  });

  it('apply as sluice, and take a field from another manager only by force', async () => {
    const client = clientFor();
    await client.request({ ...create('applied', { a: 'theirs' }), query: { fieldManager: 'somebody' } });
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'applied' },
      data: { a: 'ours' },
    };
    const error = await errorOf(apply(client, CONFIG_MAPS, object));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ httpStatus: 409, reason: 'Conflict' });
    const applied = await apply<ConfigMap & { metadata: { managedFields: { manager: string; operation: string }[] } }>(
      client,
      CONFIG_MAPS,
      object,
      { force: true },
    );
    expect(applied.data).toEqual({ a: 'ours' });
    expect(applied.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'sluice', operation: 'Apply' }),
    );
  });

  it('say who asks: an API server names the manager of fields by it', async () => {
    const client = clientFor({ options: { userAgent: 'sluice-test/1.2.3' } });
    const made = await client.request<{ metadata: { managedFields: [{ manager: string }] } }>(
      create('who-asks', { a: '1' }),
    );
    expect(made.metadata.managedFields[0].manager).toBe('sluice-test');
  });

  it('are counted by method, status and host', async () => {
    const counts: string[] = [];
    const metrics = { observe: (...labels: string[]) => void counts.push(labels.join(' ')) };
    const client = gated({ metrics });
    const { host } = new URL(gate.url);
    await client.request(list);
    await errorOf(client.request(get('not-there')));
    gate.answerNext('drop', 'drop');
    await errorOf(client.request(get('not-there')));
    expect(counts).toEqual([`GET 200 ${host}`, `GET 404 ${host}`, `GET <error> ${host}`, `GET <error> ${host}`]);
  });

  it('share the connections there are, however many come at once, and find them again', async () => {
    const proxy = await createTcpProxy(controlPlane.url);
    const client = clientFor({ server: proxy.url, options: { connections: 4 } });
    await Promise.all(Array.from({ length: 100 }, () => client.request(list)));
    await client.request(list);
    expect(proxy.opened).toBe(4);
    await client.close();
    await waitFor('no connection is left', () => proxy.open === 0);
    await proxy.stop();
  });

  it('go through the proxy that the kubeconfig names', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      const [host, port] = String(request.url).split(':');
      const onward = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      socket.on('error', () => onward.destroy());
      onward.pipe(socket).pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const client = clientFor({ cluster: { 'proxy-url': `http://127.0.0.1:${port}` } });
    await Promise.all([client.request(list), client.request(list)]);
    const { done } = await client
      .stream({ ...list, query: { watch: true } })
      [Symbol.asyncIterator]()
      .next();
    expect(done).toBe(false);
    expect(new Set(tunnels)).toEqual(new Set([new URL(controlPlane.url).host]));
    await client.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('are not throttled where the API server does it', async () => {
    const client = clientFor({ options: { qps: 0.001, burst: 1 } });
    await Promise.all(Array.from({ length: 20 }, () => client.request(list)));
  });

  it('are throttled where it does not', async () => {
    const client = gated({ qps: 0.001, burst: 2 });
    const plain = { status: 200, body: '{}' };
    gate.answerNext(plain, plain, plain);
    await client.request(list);
    await client.request(list);
    await client.request(list);
    expect(await errorOf(client.request({ ...list, timeoutMs: 50 }))).toBeInstanceOf(ConnectionError);
    expect(gate.seen).toHaveLength(3);
  });
});

describe('an overloaded API server', () => {
  const busy = (retryAfter: string) => ({ status: 429, headers: { 'retry-after': retryAfter } });

  it('is asked again when it says so', async () => {
    gate.answerNext(busy('1'), { status: 503, headers: { 'retry-after': '0' } });
    await gated().request(create('after-429'));
    expect(gate.seen).toEqual(Array.from({ length: 3 }, () => `POST ${path()}`));
  });

  it('is not asked for ever', async () => {
    gate.answerNext(...Array.from({ length: 20 }, () => busy('0')));
    expect(await errorOf(gated().request(list))).toMatchObject({ httpStatus: 429, retryAfterMs: 0 });
    expect(gate.seen).toHaveLength(10);
  });

  it('is not waited for when that takes longer than the request may', async () => {
    gate.answerNext(busy('3600'));
    expect(await errorOf(gated().request(list))).toMatchObject({ httpStatus: 429, retryAfterMs: 3_600_000 });
    expect(gate.seen).toHaveLength(1);
  });

  it('is not asked again when it does not say when', async () => {
    gate.answerNext({ status: 429 }, { status: 503 });
    const client = gated();
    expect(await errorOf(client.request(list))).toMatchObject({ httpStatus: 429, retryAfterMs: undefined });
    expect(await errorOf(client.request(list))).toMatchObject({ httpStatus: 503 });
    expect(gate.seen).toHaveLength(2);
  });
});

describe('a connection that closes before the answer', () => {
  it.each([
    ['GET', list],
    ['merge PATCH', { ...list, method: 'PATCH', path: '/nowhere', contentType: MERGE_PATCH, body: {} }],
  ] as const)('has a %s sent again once', async (_name, request) => {
    const client = gated();
    gate.answerNext('drop', { status: 200, body: '{"a":1}' }, 'drop', 'drop');
    expect(await client.request(request)).toEqual({ a: 1 });
    expect(await errorOf(client.request(request))).toBeInstanceOf(ConnectionError);
    expect(gate.seen).toHaveLength(4);
  });

  it('is an error for what might then happen twice', async () => {
    const client = gated();
    const jsonPatch = { ...patch('a', {}), contentType: 'application/json-patch+json' };
    for (const request of [create('twice'), jsonPatch, { ...get('twice'), method: 'DELETE' } as const]) {
      gate.answerNext('drop');
      expect(await errorOf(client.request(request))).toBeInstanceOf(ConnectionError);
    }
    expect(gate.seen).toHaveLength(3);
  });
});

describe('an API server that does not answer', () => {
  it('is given up after the time that the request may take, also while others stand in line', async () => {
    gate.answerNext('silence');
    const client = gated({ connections: 1 });
    const errors = await Promise.all([1, 2, 3].map(() => errorOf(client.request({ ...list, timeoutMs: 300 }))));
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toHaveProperty('message', 'no answer from the API server within 300 ms');
    }
    await client.request(list);
  });

  it('can be broken off by the caller', async () => {
    gate.answerNext('silence');
    const controller = new AbortController();
    const waiting = errorOf(gated().request({ ...list, signal: controller.signal }));
    await waitFor('the request is there', () => gate.seen.length === 1);
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'ConnectionError', message: 'the request was broken off' });
  });

  it('is an error that says why, when there is none', async () => {
    const client = clientFor({ server: gate.url, user: {} });
    await gate.stop();
    const error = await errorOf(client.request(list));
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain('ECONNREFUSED');
  });

  it('is an error when it is something else', async () => {
    gate.answerNext({ status: 200, body: '<html>' }, { status: 302, headers: { location: '/login' } });
    const client = gated();
    expect(await errorOf(client.request(list))).toBeInstanceOf(ConnectionError);
    expect(await errorOf(client.request(list))).toMatchObject({ code: 'ApiError', httpStatus: 302 });
  });
});

/** A cluster that was there before has no key of ours to make credentials with. */
const hasKeys = !process.env.SLUICE_TEST_KUBECONFIG;

describe.runIf(hasKeys)('credentials (on a control plane of our own)', () => {
  const tokenFor = (lifetimeSeconds: number): Promise<string> =>
    signServiceAccountToken(controlPlane, { namespace, name: 'default', lifetimeSeconds });
  const whoAmI: KubeRequest = {
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  };
  const nameOf = async (client: KubeClient): Promise<string> =>
    (await client.request<{ status: { userInfo: { username: string } } }>(whoAmI)).status.userInfo.username;
  const asDefault = () => `system:serviceaccount:${namespace}:default`;

  beforeAll(() =>
    waitFor('the ServiceAccount', async () => {
      const found = await controlPlane.kubectl(['get', 'serviceaccount', 'default', '-n', namespace]);
      return found.code === 0;
    }),
  );

  it('may be a client certificate', async () => {
    const client = clientFor({ kubeconfig: await controlPlane.kubeconfigForUser('jane') });
    expect(await nameOf(client)).toBe('jane');
    expect(await errorOf(client.request(list))).toMatchObject({ httpStatus: 403, reason: 'Forbidden' });
  });

  it('may be a token file, which is read again when its token has expired meanwhile', async () => {
    const tokenFile = join(controlPlane.dir, 'rotating-token');
    writeFileSync(tokenFile, await tokenFor(-600));
    const proxy = await createTcpProxy(controlPlane.url);
    proxy.hold();
    const counts: string[] = [];
    const metrics = { observe: (_method: string, code: string) => void counts.push(code) };
    const client = clientFor({ server: proxy.url, user: { tokenFile }, options: { metrics } });
    const names = Promise.all([nameOf(client), nameOf(client)]);
    await waitFor('both requests are on their way', () => proxy.open === 2);
    writeFileSync(tokenFile, await tokenFor(600));
    await proxy.restore();
    expect(await names).toEqual([asDefault(), asDefault()]);
    expect(counts.sort()).toEqual(['201', '201', '401', '401']);
    await proxy.stop();
  });

  it('that have expired for good are an error, and a watch is refused like a request', async () => {
    const client = clientFor({ user: { token: await tokenFor(-600) } });
    const expected = { httpStatus: 401, reason: 'Unauthorized' };
    expect(await errorOf(client.request(list))).toMatchObject(expected);
    expect(await errorOf(client.stream(list)[Symbol.asyncIterator]().next())).toMatchObject(expected);
  });

  it('may come from a plugin, which is asked again when they are refused', async () => {
    const command = join(controlPlane.dir, 'plugin.sh');
    const first = join(controlPlane.dir, 'plugin-was-asked');
    const credential = (token: string) =>
      JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } });
    const [bad, good] = [credential(await tokenFor(-600)), credential(await tokenFor(600))];
    writeFileSync(
      command,
      `#!/bin/sh\nif [ -e ${first} ]; then echo '${good}'; else touch ${first}; echo '${bad}'; fi\n`,
    );
    chmodSync(command, 0o755);
    const client = clientFor({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command } } });
    expect(await nameOf(client)).toBe(asDefault());
  });

  it('that are certificates in files are read again now and then, and have new connections made', async () => {
    const files = { cert: join(controlPlane.dir, 'client.crt'), key: join(controlPlane.dir, 'client.key') };
    const put = async (user: string): Promise<void> => {
      const { users } = JSON.parse(readFileSync(await controlPlane.kubeconfigForUser(user), 'utf8'));
      const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
      writeFileSync(files.cert, Buffer.from(cert, 'base64'));
      writeFileSync(files.key, Buffer.from(key, 'base64'));
    };
    await put('before');
    const client = clientFor({ user: { 'client-certificate': files.cert, 'client-key': files.key } });
    expect(await nameOf(client)).toBe('before');
    await put('after');
    expect(await nameOf(client)).toBe('before');
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
    expect(await nameOf(client)).toBe('after');
  });

  it('are for the right server only', async () => {
    const otherCa = Buffer.from((await createAuthority('other')).certificatePem).toString('base64');
    const other = clientFor({ cluster: { 'certificate-authority-data': otherCa } });
    expect(await errorOf(other.request(list))).toBeInstanceOf(ConnectionError);
    const named = clientFor({ cluster: { 'tls-server-name': 'somewhere.example' } });
    const error = await errorOf(named.request(list));
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain('somewhere.example');
    await clientFor({ cluster: { 'tls-server-name': 'kubernetes.default.svc' } }).request(list);
    const unchecked = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
    await clientFor({ cluster: unchecked }).request(list);
  });
});

describe('a watch', () => {
  const watch = (extra: object = {}): Parameters<KubeClient['stream']>[0] => ({
    method: 'GET',
    path: path(),
    query: { watch: true, fieldSelector: 'metadata.name=watched' },
    ...extra,
  });

  beforeAll(async () => {
    await clientFor().request(create('watched', { a: '1' }));
  });

  it('brings what happens, line by line, until the server ends it', async () => {
    const client = clientFor();
    const query = { watch: true, fieldSelector: 'metadata.name=watched', timeoutSeconds: 2 };
    const seen: string[] = [];
    for await (const line of client.stream(watch({ query }))) {
      const { type, object } = JSON.parse(line) as { type: string; object: ConfigMap };
      seen.push(`${type} ${object.data?.a}`);
      if (seen.length === 1) await client.request(patch('watched', { a: '2' }));
    }
    expect(seen).toEqual(['ADDED 1', 'MODIFIED 2']);
  });

  it('takes no connection from the requests', async () => {
    const client = clientFor({ options: { connections: 1 } });
    const watches = Array.from({ length: 3 }, () => client.stream(watch())[Symbol.asyncIterator]());
    await Promise.all(watches.map((each) => each.next()));
    await Promise.all([client.request(list), client.request(list)]);
    await Promise.all(watches.map((each) => each.return?.(undefined)));
  });

  it('that is left gives its connection up', async () => {
    const proxy = await createTcpProxy(controlPlane.url);
    const client = clientFor({ server: proxy.url });
    for await (const _line of client.stream(watch())) break;
    await waitFor('the connection is closed', () => proxy.open === 0);
    expect(proxy.opened).toBe(1);
    await proxy.stop();
  });

  it('ends with an error when it is broken off, cut, silent for too long, or refused', async () => {
    const proxy = await createTcpProxy(controlPlane.url);
    const client = clientFor({ server: proxy.url });
    const controller = new AbortController();
    const begin = async (extra: object) => {
      const lines = client.stream(watch(extra))[Symbol.asyncIterator]();
      await lines.next();
      return { end: errorOf(lines.next()) };
    };
    const brokenOff = await begin({ signal: controller.signal });
    controller.abort();
    expect(await brokenOff.end).toBeInstanceOf(ConnectionError);
    const cut = await begin({});
    proxy.cut();
    expect(await cut.end).toBeInstanceOf(ConnectionError);
    expect(await (await begin({ idleTimeoutMs: 100 })).end).toBeInstanceOf(ConnectionError);
    const refused = client
      .stream(watch({ path: '/api/v1/nothings' }))
      [Symbol.asyncIterator]()
      .next();
    expect(await errorOf(refused)).toMatchObject({ code: 'ApiError', httpStatus: 404 });
    proxy.hold();
    const unanswered = client
      .stream(watch({ timeoutMs: 100 }))
      [Symbol.asyncIterator]()
      .next();
    expect(await errorOf(unanswered)).toBeInstanceOf(ConnectionError);
    await proxy.stop();
  });
});

describe('close', () => {
  it('breaks off what is under way, and refuses what comes after', async () => {
    gate.answerNext('silence');
    const client = gated();
    const waiting = errorOf(client.request(list));
    await waitFor('the request is there', () => gate.seen.length === 1);
    await client.close();
    expect(await waiting).toBeInstanceOf(ConnectionError);
    expect(await errorOf(client.request(list))).toMatchObject({ message: 'the client is closed' });
    expect(await errorOf(client.stream(list)[Symbol.asyncIterator]().next())).toBeInstanceOf(ConnectionError);
  });

  it('breaks off what waits for the time that the API server asked for', async () => {
    gate.answerNext({ status: 429, headers: { 'retry-after': '20' } });
    const client = gated();
    const waiting = errorOf(client.request(list));
    await waitFor('the refusal', () => gate.seen.length === 1);
    // The answer is on its way to the client, and then waits there.
    await client.request(list);
    await client.close();
    expect(await waiting).toMatchObject({ message: 'the client is closed' });
    expect(gate.seen).toHaveLength(2);
  });

  it('leaves nothing behind that keeps the process alive', () => {
    const program = `
      import { kubeClientFor } from '${ROOT}/test/support/kube-client-for.ts';
      const client = kubeClientFor(${JSON.stringify(controlPlane.adminKubeconfig)});
      const request = { method: 'GET', path: '/api/v1/namespaces/default' };
      await Promise.all([1, 2, 3].map(() => client.request(request)));
      const watch = { method: 'GET', path: '/api/v1/namespaces', query: { watch: true } };
      const lines = client.stream(watch)[Symbol.asyncIterator]();
      await lines.next();
      const ended = (async () => { while (!(await lines.next()).done); })().catch((error) => error.code);
      await client.close();
      console.log(await ended);
    `;
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 300_000,
    });
    expect(run).toMatchObject({ stderr: '', stdout: 'ConnectionError\n', status: 0 });
  });
});
