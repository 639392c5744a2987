/** Has a process reach servers of loopback under Google's own names: by a proxy, and certificates that it trusts. */
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { createAuthority, issueCertificate, type KeyPair } from '../../../control-plane/certificates.ts';
import { createRunFolder } from '../../../control-plane/run-folder.ts';
import { startConnectProxy } from './connect-proxy.ts';

export interface GoogleFront {
  /** Of the process. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @param servers `127.0.0.1:port` of the plain server behind each name: `pubsub.googleapis.com`. */
export async function startGoogleFront(servers: Readonly<Record<string, string>>): Promise<GoogleFront> {
  const authority = await createAuthority('authority of google');
  const certificate = await issueCertificate(authority, { commonName: 'google', hosts: Object.keys(servers) });
  const fronts = new Map<string, Server>();
  const standIns = new Map<string, string>();
  for (const [name, host] of Object.entries(servers)) {
    const front = await startTls(certificate, host);
    fronts.set(name, front);
    standIns.set(`${name}:443`, `127.0.0.1:${(front.address() as AddressInfo).port}`);
  }
  const proxy = await startConnectProxy(standIns);
  const folder = createRunFolder();
  const file = join(folder.path, 'ca.crt');
  writeFileSync(file, authority.certificatePem);
  return {
    env: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1,localhost', NODE_EXTRA_CA_CERTS: file },
    async stop() {
      await proxy.stop();
      await Promise.all(Array.from(fronts.values(), (front) => new Promise((resolve) => front.close(resolve))));
      await folder.remove();
    },
  };
}

/** Takes TLS off. */
async function startTls({ certificatePem: cert, keyPem: key }: KeyPair, behind: string): Promise<Server> {
  const { hostname, port } = new URL(`tcp://${behind}`);
  const server = createServer({ cert, key }, (client) => {
    const onward = connect(Number(port), hostname);
    client.pipe(onward).pipe(client);
    for (const [socket, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
