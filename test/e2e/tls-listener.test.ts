// The operator with a certificate: signed pushes over TLS, also with the plain port off; and what keeps it from starting.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../control-plane/certificates.ts';
import { freePort } from '../../control-plane/free-port.ts';
import { installChart } from '../support/chart.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { runOperator } from '../support/run-operator.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type Webhook, type World } from '../support/world.ts';

const authority = await createAuthority('test authority');
let folder: string;
let files: readonly string[];
let world: World;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await writeCertificate('first');
  files = [`--tls-cert-file=${certFile}`, `--tls-key-file=${keyFile}`];
  const controlPlane = await reusedControlPlane();
  await installChart(controlPlane);
  world = await createWorld(controlPlane);
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'app');
  await world.receiver('r', {
    type: 'github',
    events: ['push'],
    secretRef: { name: 'token' },
    resources: [{ kind: 'GitRepository', name: 'app' }],
  });
  path = await world.ready('r');
});

async function writeCertificate(commonName: string): Promise<void> {
  const subject = { commonName, hosts: ['127.0.0.1'] };
  const pair = await issueCertificate(authority, subject);
  await writeFile(join(folder, 'tls.crt'), pair.certificatePem);
  await writeFile(join(folder, 'tls.key'), pair.keyPem);
}

/** The name in the certificate that a new connection gets. */
async function presented(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.certificatePem });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

afterAll(async () => {
  await world?.end();
  await rm(folder, { recursive: true });
});

/** On a connection of its own, unless there is an agent that keeps one. */
function postTls(
  port: number,
  { headers = {}, body = '' }: Webhook,
  agent: Agent | false = false,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, method: 'POST', headers, ca: authority.certificatePem };
    const sending = request({ ...options, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sending.once('error', reject);
    sending.end(body);
  });
}

describe('with a certificate', () => {
  it('a signed push is answered over TLS and beside it, a forged one refused', async () => {
    const port = await freePort();
    const operator = await world.another([...files, `--receiver-tls-addr=127.0.0.1:${port}`, '--shutdown-delay=0s']);
    const before = await world.requestedAt('GitRepository', 'app');
    expect(await postTls(port, signed({ n: 1 }))).toBe(200);
    expect(await world.requestedAt('GitRepository', 'app')).not.toBe(before);
    expect(await postTls(port, signed({ n: 2 }, 'push', 'guessed'))).toBe(400);
    expect((await world.post(path, signed({ n: 3 }), operator)).status).toBe(200);
    expect(await operator.stop()).toBe(0);
  });

  it('the plain port may be off', async () => {
    const port = await freePort();
    const args = ['--receiverAddr=', `--receiver-tls-addr=127.0.0.1:${port}`, '--shutdown-delay=0s'];
    const operator = await world.another([...files, ...args]);
    expect(await postTls(port, signed({ n: 4 }))).toBe(200);
    await expect(world.post(path, signed({ n: 5 }), operator)).rejects.toThrow('fetch failed');
    expect(await operator.stop()).toBe(0);
  });
});

describe('while it runs', () => {
  it('takes up a renewed certificate without ending a connection, and SIGTERM ends them all', async () => {
    const port = await freePort();
    const operator = await world.another([...files, `--receiver-tls-addr=127.0.0.1:${port}`, '--shutdown-delay=0s']);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await postTls(port, signed({ n: 6 }), agent)).toBe(200);
    const [kept] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
    expect(await presented(port)).toBe('first');
    await writeCertificate('second');
    await waitFor('the second certificate', async () => (await presented(port)) === 'second');
    const metrics = await (await fetch(operator.metricsUrl)).text();
    expect(metrics).toMatch(/^sluice_tls_certificate_expiry_seconds \d{10}/m);
    expect(await postTls(port, signed({ n: 7 }), agent)).toBe(200);
    expect(Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])).toEqual([kept]);
    expect(await operator.stop()).toBe(0);
    expect((await world.log()).filter(({ msg }) => msg === 'certificate renewed')).toHaveLength(1);
    agent.destroy();
  });
});

describe('it does not start', () => {
  it.each([
    ['with the plain port off and no certificate', ['--receiverAddr='], 2, /^sluice: --receiverAddr "" [^\n]+\n$/],
    ['with a certificate and no key', ['--tls-cert-file=/x'], 2, /^sluice: --tls-cert-file needs [^\n]+\n$/],
    [
      'with a file that is missing',
      ['--tls-cert-file=/x/tls.crt', '--tls-key-file=/x/tls.key'],
      1,
      /^sluice: --tls-cert-file \/x\/tls\.crt: no such file\n$/,
    ],
  ])('%s: one line', async (_name, args, code, message) => {
    const free = [
      '--events-addr=127.0.0.1:0',
      '--health-addr=127.0.0.1:0',
      '--metrics-addr=127.0.0.1:0',
      '--log-level=error',
    ];
    const kubeconfig = await world.controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' });
    const run = await runOperator(['--receiverAddr=127.0.0.1:0', ...free, ...args], { KUBECONFIG: kubeconfig });
    expect([await run.ended(), run.stdout()]).toEqual([code, '']);
    // Beside the errors of others in the log, which are JSON.
    const said = run
      .stderr()
      .split('\n')
      .filter((line) => !line.startsWith('{'));
    expect(said.join('\n')).toMatch(message);
  });
});
