/** Services that a Provider may meet: what they do with a request, good and bad. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAuthority, issueCertificate } from '../../../control-plane/certificates.ts';
import { freePort } from '../../../control-plane/free-port.ts';

/** What is the matter with it; `refusal` says back all that it was sent. */
export type Hostility = 'refusal' | 'no connection' | 'no answer' | 'bad certificate';

export interface HostileService {
  /** `http://127.0.0.1:port`, or https. */
  readonly origin: string;
  close(): Promise<void>;
}

/** @param said what a refusal says beside the request. @param taken paths of requests that are not refused, and their answers. */
export async function startHostileService(
  hostility: Hostility,
  said: (origin: string) => string = () => '',
  taken: ReadonlyMap<string, string> = new Map(),
): Promise<HostileService> {
  switch (hostility) {
    case 'no connection':
      return { origin: `http://127.0.0.1:${await freePort()}`, close: async () => {} };
    case 'no answer':
      return listening('http', createServer());
    case 'refusal':
      return listening(
        'http',
        createHttpServer((request, response) => void refuse(request, response, { said, taken })),
      );
    case 'bad certificate': {
      const authority = await createAuthority('nobody knows it');
      const { certificatePem: cert, keyPem: key } = await issueCertificate(authority, {
        commonName: 'server',
        hosts: ['127.0.0.1'],
      });
      return listening('https', createHttpsServer({ cert, key }));
    }
  }
}

interface Saying {
  readonly said: (origin: string) => string;
  readonly taken: ReadonlyMap<string, string>;
}

async function refuse(request: IncomingMessage, response: ServerResponse, { said, taken }: Saying): Promise<void> {
  const body = await text(request);
  const answer = taken.get(new URL(request.url ?? '', 'http://x').pathname);
  response.writeHead(answer === undefined ? 400 : 200, { 'Content-Type': 'application/json' });
  response.end(
    answer ??
      `${said(`http://${request.headers.host}`)} ${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`,
  );
}

async function listening(scheme: string, server: Server): Promise<HostileService> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
