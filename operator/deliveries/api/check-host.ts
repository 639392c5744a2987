/**
 * Refuses requests that a browser sends in the name of another site: a name that somebody points at this address
 * (DNS rebinding) is no host of the page, and a POST must come from the page itself.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Problem } from './problem.ts';

export interface HostSettings {
  /** Of `--page-hosts`; `*` stands for one label. */
  readonly hosts: readonly string[];
  /** Of `--page-addr`. */
  readonly boundHost: string | undefined;
}

/** Whether a connection goes to this machine's own, unreachable from elsewhere. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}

/** @throws Problem with 400 or 403. */
export function checkHost(request: IncomingMessage, settings: HostSettings): void {
  const host = singleHeader(request, 'host');
  if (host === undefined) throw new Problem('HeaderInvalid', 'The header Host is missing', { parameter: 'host' });
  const name = hostNameOf(host);
  if (name === undefined || !isServed(name, request.socket.localAddress, settings)) {
    throw new Problem('HostForbidden', 'The host is neither loopback, nor the address, nor one of --page-hosts');
  }
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = singleHeader(request, 'origin');
  // Browsers send it with every POST; what is none needs no protection from other sites.
  if (origin !== undefined && originHost(origin) !== host.toLowerCase()) {
    throw new Problem('OriginForbidden', 'The header Origin is not that of the page');
  }
}

/** A header that may come once. @throws Problem with 400 when it comes twice. */
export function singleHeader(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name] ?? [];
  if (values.length > 1) throw new Problem('HeaderInvalid', `The header ${name} comes twice`, { parameter: name });
  return values[0];
}

/** Without its port; an address of IPv6 without its brackets. */
function hostNameOf(host: string): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::\d{1,5})?$/.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function isServed(name: string, localAddress: string | undefined, { hosts, boundHost }: HostSettings): boolean {
  if (name === 'localhost' || (isIP(name) !== 0 && isLoopbackAddress(name))) return true;
  if (name === boundHost?.toLowerCase() || name === localAddress?.replace(/^::ffff:/, '')) return true;
  return hosts.some((host) => matches(name.split('.'), host.toLowerCase().split('.')));
}

function matches(labels: readonly string[], pattern: readonly string[]): boolean {
  return labels.length === pattern.length && pattern.every((label, index) => label === '*' || label === labels[index]);
}

function originHost(origin: string): string | undefined {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  // As it is written: a browser leaves out the port that the scheme has anyway, in Host too.
  return origin.toLowerCase() === url.origin ? url.host : undefined;
}
