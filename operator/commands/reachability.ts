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
    return { outcome: 'broken', detail: `${host} does not resolve: ${code}`, fix: nameFixes[code] ?? NAME_FIX };
  }
}

const NAME_FIX = 'create the DNS record, or correct the host of the Ingress, the Gateway or spec.exposure';
const nameFixes: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'no DNS server answers here: run this again, or elsewhere',
};

export async function checkTls(url: string): Promise<Link> {
  const { protocol, port, hostname } = new URL(url);
  if (protocol !== 'https:') return { outcome: 'skipped', detail: 'the URL has no TLS' };
  try {
    return { outcome: 'ok', detail: await handshake(hostOf(url), Number(port || HTTPS_PORT)) };
  } catch (error) {
    const fault = firstOf(error);
    const detail = `${hostname}:${port || HTTPS_PORT}: ${reasonOf(fault)}`;
    return { outcome: 'broken', detail, fix: fixOf(fault.code ?? '') };
  }
}

type Fault = NodeJS.ErrnoException & { readonly reason?: string };

/** Where a name has several addresses, each has failed. */
function firstOf(error: unknown): Fault {
  return (error instanceof AggregateError ? error.errors[0] : error) as Fault;
}

/** In one line: OpenSSL's messages have a thread's id and a line break. */
function reasonOf({ code = '', reason, message }: Fault): string {
  return isNoTls(code) ? `it speaks no TLS that is known here: ${reason ?? code}` : (message.split('\n')[0] ?? code);
}

function isNoTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
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
const NO_TLS_FIX =
  'serve TLS at this port, or correct the URL: that of --external-url, the Ingress, the Gateway or spec.exposure';
const CERTIFICATE_FIX =
  'serve a certificate that senders trust, with its intermediates; for a CA of your own set NODE_EXTRA_CA_CERTS here, and its CA at the sender';
const certificateFixes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'renew the certificate, and see that it is served: senders refuse it',
  CERT_NOT_YET_VALID: 'correct the clock, of this machine or of the one that made the certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'serve a certificate that has the host of the URL among its names',
};

function fixOf(code: string): string {
  if (CONNECTION_FAULTS.has(code)) return CONNECTION_FIX;
  return isNoTls(code) ? NO_TLS_FIX : (certificateFixes[code] ?? CERTIFICATE_FIX);
}

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
