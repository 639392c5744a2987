/**
 * Hosts of the internet as a process finds them behind a proxy: real sockets, real TLS with certificates of an authority of
 * the test's own, which the process trusts as it would any authority that its environment names.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from '../../control-plane/certificates.ts';

export interface Answer {
  readonly status?: number;
  readonly body: string;
}

/** What a host answers to a GET of a path with its query. */
export type Site = (path: string) => Answer | Promise<Answer>;

export interface Internet {
  /** For a process that is to find these hosts; its loopback stays its own. */
  readonly env: Readonly<Record<string, string>>;
  /** All that was asked for, as URLs. */
  readonly asked: string[];
  /** Hosts that are not reached now. */
  readonly down: Set<string>;
  close(): Promise<void>;
}

export async function startInternet(sites: Readonly<Record<string, Site>>): Promise<Internet> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-internet-'));
  const authority = await createAuthority('the internet');
  const hosts = Object.keys(sites);
  const { certificatePem, keyPem } = await issueCertificate(authority, { commonName: hosts[0] ?? '', hosts });
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(authorityFile, authority.certificatePem);
  const asked: string[] = [];
  const down = new Set<string>();
  const server = createTlsServer({ cert: certificatePem, key: keyPem }, (request, response) => {
    const { host = '' } = request.headers;
    const path = request.url ?? '/';
    asked.push(`https://${host}${path}`);
    void Promise.resolve(sites[host]?.(path) ?? { status: 404, body: '' }).then(({ status = 200, body }) => {
      response.writeHead(status, { connection: 'close' }).end(body);
    });
  });
  const sockets = new Set<Socket>();
  const proxy = createServer((_request, response) => response.writeHead(405).end());
  proxy.on('connect', (request, client: Socket) => {
    const [host = '', port] = (request.url ?? '').split(':');
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (sites[host] === undefined || down.has(host) || port !== '443') {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const upstream = connect(portOf(server), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    sockets.add(upstream);
  });
  await Promise.all(
    [server, proxy].map((each) => new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))),
  );
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NO_PROXY: '127.0.0.1,localhost',
      NODE_EXTRA_CA_CERTS: authorityFile,
    },
    asked,
    down,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([server, proxy].map((each) => new Promise((resolve) => each.close(resolve))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
