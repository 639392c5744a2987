// `sluice doctor` over real names and real TLS: what it finds broken between a sender and the operator, and how to mend it.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate, type KeyPair } from '../../control-plane/certificates.ts';
import { freePort } from '../../control-plane/free-port.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { builtOperator } from '../support/operator-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

/** Names below it never resolve (RFC 6761). */
const NO_NAME = 'hooks.sluice.invalid';

let world: World;
let file: string;
let folder: string;
let server: Server;
let port: number;
/** What the server in front does with a connection. */
let serve: (socket: Socket) => void;
let authority: KeyPair;
let stranger: KeyPair;

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  world = await createWorld(await reusedControlPlane(), { args: args(`https://localhost:${port}`) });
  file = await builtOperator();
  folder = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
  [authority, stranger] = await Promise.all([createAuthority('Test CA'), createAuthority('Another CA')]);
  await writeFile(join(folder, 'ca.pem'), authority.certificatePem);
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  await world.receiver('web', {
    type: 'github',
    secretRef: { name: 'hook' },
    resources: [{ kind: 'GitRepository', name: 'app' }],
  });
  await world.resolved('web', 'Resolved');
});

afterAll(async () => {
  server?.close();
  await world?.end();
  await rm(folder, { recursive: true, force: true });
});

const args = (url: string) => ['--shutdown-delay=0s', `--external-url=${url}`];

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** With a CA of its own, as a user sets it. */
function doctor(): Promise<Ended> {
  const words = [file, 'doctor', `${world.namespace}/web`, '--server', world.operator.pageUrl];
  const env = { PATH: '', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

const linkOf = (stdout: string, name: string) => stdout.split('\n').find((line) => line.includes(`  ${name}  `)) ?? '';

/** One that holds, after which the walk goes on. */
function expectWalkedOn({ stdout, stderr }: Ended, name: string, detail: RegExp): void {
  expect(stderr).toBe('');
  expect(linkOf(stdout, name)).toMatch(/^ok /);
  expect(linkOf(stdout, name)).toMatch(detail);
}

/** One that does not, with its fix in the next line, after which nothing is checked. */
function expectStopped({ code, stdout, stderr }: Ended, name: string, detail: RegExp, fix: RegExp): void {
  expect([code, stderr]).toEqual([1, '']);
  const lines = stdout.trimEnd().split('\n');
  const place = lines.findIndex((line) => line.startsWith('broken'));
  expect(lines[place]).toMatch(new RegExp(`^broken +${name} +`));
  expect(lines[place]).toMatch(detail);
  expect(lines[place + 1]).toMatch(/^ +fix: /);
  expect(lines[place + 1]).toMatch(fix);
  expect(lines.slice(place + 2).every((line) => line.startsWith('not checked'))).toBe(true);
  // Secret, path, URL resolves, TLS, filter compiles, targets, last deliveries, follow-up, and the fix.
  expect(lines).toHaveLength(9);
  expect(stdout).not.toContain('/hook/');
}

/** Serves TLS by this pair. */
function by({ certificatePem, keyPem }: KeyPair): (socket: Socket) => void {
  return (socket) => {
    new TLSSocket(socket, { isServer: true, cert: certificatePem, key: keyPem }).on('error', () => {});
  };
}

describe('TLS', () => {
  const hosts = ['localhost'];

  it('holds by a certificate that is trusted, and says until when', async () => {
    const notAfter = new Date('2099-03-04T05:06:07Z');
    serve = by(await issueCertificate(authority, { commonName: 'localhost', hosts, notAfter }));
    expect((await world.post(await world.ready('web'), signed({}))).status).toBe(200);
    const ended = await doctor();
    expectWalkedOn(ended, 'URL resolves', /localhost is .*127\.0\.0\.1/);
    expectWalkedOn(ended, 'TLS', /the certificate is valid until 2099-03-04T05:06:07\.000Z$/);
    expect(ended.code).toBe(0);
  });

  it.each<[what: string, pair: () => Promise<KeyPair>, detail: RegExp, fix: RegExp]>([
    [
      'that has expired',
      () => issueCertificate(authority, { commonName: 'localhost', hosts, notAfter: new Date(Date.now() - 60_000) }),
      /certificate has expired/,
      /renew the certificate/,
    ],
    [
      'for another name',
      () => issueCertificate(authority, { commonName: 'localhost', hosts: ['other.example.com'] }),
      /other\.example\.com/,
      /has the host of the URL among its names/,
    ],
    [
      'of another CA',
      () => issueCertificate(stranger, { commonName: 'localhost', hosts }),
      /unable to verify the first certificate/,
      /NODE_EXTRA_CA_CERTS/,
    ],
    ['that is for no server', async () => stranger, /unsuitable certificate purpose/, /NODE_EXTRA_CA_CERTS/],
  ])('is broken by a certificate %s', async (_what, pair, detail, fix) => {
    serve = by(await pair());
    expectStopped(await doctor(), 'TLS', detail, fix);
  });

  it('is broken where the server speaks something else, or says nothing', async () => {
    serve = (socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expectStopped(
      await doctor(),
      'TLS',
      /it speaks no TLS that is known here: wrong version number$/,
      /serve TLS at this port/,
    );
    serve = (socket) => socket.destroy();
    expectStopped(await doctor(), 'TLS', /disconnected before secure TLS|ECONNRESET/, /open the way/);
  });

  it('is broken where nobody listens', async () => {
    await world.restart(args(`https://localhost:${await freePort()}`));
    await urlIs('localhost');
    expectStopped(await doctor(), 'TLS', /ECONNREFUSED/, /open the way to this address and port/);
  });

  it('is not asked for by a URL without it', async () => {
    await world.restart(args(`http://localhost:${port}`));
    await urlIs('http:');
    expect(linkOf((await doctor()).stdout, 'TLS')).toMatch(/^skipped +TLS +the URL has no TLS$/);
  });
});

const urlIs = (part: string) =>
  waitFor(`a URL with ${part}`, async () => {
    const { url = '' } = (await world.read('web')).status ?? {};
    return url.includes(part) && (await doctor()).stderr === '';
  });

it('a name that does not resolve is the first that is broken', async () => {
  await world.restart(args(`https://${NO_NAME}`));
  await urlIs(NO_NAME);
  const ended = await waitFor('the walk to come to the URL', async () => {
    const now = await doctor();
    return now.stdout.includes(NO_NAME) && now;
  });
  // Where no DNS server answers, that is what is said.
  expectStopped(ended, 'URL resolves', /hooks\.sluice\.invalid does not resolve: (ENOTFOUND|EAI_AGAIN)$/, /DNS/);
});
