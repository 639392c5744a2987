/** Where a server listens, and the one place that binds a socket. */
import type { AddressInfo, Server } from 'node:net';

export interface ListenAddress {
  /** Absent: all addresses, IPv6 and IPv4. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** The flag it comes from and its value as written there, for messages. */
  readonly flag?: string;
  readonly text?: string;
  /** Nobody asked for it: where it cannot be had, its server is left out. */
  readonly spare?: true;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'no permission to listen on this port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be resolved',
  EAFNOSUPPORT: 'this machine does not have that kind of address',
};

/** @throws Error with one line: which flag, which address, why not. */
export async function listenOn(server: Server, address: ListenAddress): Promise<{ port: number }> {
  const { host, port } = address;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(host === undefined ? { port } : { host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new Error(`${nameOf(address)}: ${reasonOf(error)}`, { cause: error });
  }
  return { port: (server.address() as AddressInfo).port };
}

function nameOf({ host = '', port, flag, text }: ListenAddress): string {
  const shown = text ?? `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return flag === undefined ? `cannot listen on ${shown}` : `${flag} ${shown}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? error.message;
}
