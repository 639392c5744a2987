/** Whether the URL of a Receiver can be reached from here: its name, and its certificate. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { messageOf } from '../api/message-of.ts';
import type { Link } from './link.ts';

const TIMEOUT_MS = 10_000;
const HTTPS_PORT = 443;

export async function checkName(url: string): Promise<Link> {
  const host = hostOf(url);
  if (isIP(host) !== 0) return { outcome: 'ok', detail: `${host} is an address` };
  try {
    const addresses = await lookup(host, { all: true });
    return { outcome: 'ok', detail: `${host} is ${addresses.map(({ address }) => address).join(', ')}` };
  } catch (error) {
    const { code = messageOf(error) } = error as NodeJS.ErrnoException;
    return {
      outcome: 'broken',
      detail: `${host} does not resolve: ${code}`,
      fix: 'create the DNS record, or correct the host of the Ingress, the Gateway or spec.exposure',
    };
  }
}

export async function checkTls(url: string): Promise<Link> {
  const { protocol, port } = new URL(url);
  if (protocol !== 'https:') return { outcome: 'skipped', detail: 'the URL has no TLS' };
  const host = hostOf(url);
  try {
    return { outcome: 'ok', detail: await handshake(host, Number(port || HTTPS_PORT)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const detail = `${host}:${port || HTTPS_PORT}: ${messageOf(error)}`;
    const fix = code !== undefined && CONNECTION_FAULTS.has(code) ? CONNECTION_FIX : CERTIFICATE_FIX;
    return { outcome: 'broken', detail, fix };
  }
}

const CONNECTION_FAULTS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
]);
const CONNECTION_FIX = 'open the way to this address and port, or run this from outside of the cluster';
const CERTIFICATE_FIX =
  'serve a certificate for this name that senders trust; for a CA of your own set NODE_EXTRA_CA_CERTS here, and its CA at the sender';

/** @returns until when its certificate holds. */
function handshake(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), timeout: TIMEOUT_MS });
    socket.once('secureConnect', () => {
      resolve(`the certificate is valid until ${new Date(socket.getPeerCertificate().valid_to).toISOString()}`);
      socket.destroy();
    });
    socket.once('timeout', () => {
      socket.destroy(Object.assign(new Error('no answer within 10 s'), { code: 'ETIMEDOUT' }));
    });
    socket.once('error', reject);
  });
}

/** Without the brackets of an IPv6 address. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}
