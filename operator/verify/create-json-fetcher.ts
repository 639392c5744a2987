/**
 * Fetches JSON from an address that a manifest or an issuer names, so from anywhere: with an end to its time and size,
 * no redirect followed, and never from a link-local address. The address is checked when it is connected to, so a name
 * that resolves differently the second time gains nothing.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import { RequestError } from '../api/errors.ts';
import { isRefusedAddress } from './is-refused-address.ts';

export type JsonFetcher = (url: string) => Promise<unknown>;

type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1_048_576;

/**
 * @param options for tests: a name service, and a shorter patience.
 * @returns a function that throws RequestError IssuerUnreachable when there is no answer within the bounds, and
 * IssuerInvalid when the answer is not JSON.
 */
export function createJsonFetcher(options: { lookup?: Lookup; timeoutMs?: number } = {}): JsonFetcher {
  const { lookup = systemLookup, timeoutMs = TIMEOUT_MS } = options;
  const dispatcher = new Agent({ connect: guardedConnector(lookup, timeoutMs), pipelining: 0 });
  return async (url) => {
    const text = await fetchText(url, dispatcher, timeoutMs).catch((error: unknown) => {
      throw new RequestError('IssuerUnreachable', `${url}: ${reasonOf(error)}`, { cause: error });
    });
    try {
      return JSON.parse(text);
    } catch {
      throw new RequestError('IssuerInvalid', `${url}: not JSON`);
    }
  };
}

async function fetchText(url: string, dispatcher: Agent, timeoutMs: number): Promise<string> {
  const { statusCode, body } = await request(url, {
    dispatcher,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json', 'user-agent': 'sluice' },
  });
  // Giving up on a body makes it emit an error, which nobody else may be there to hear.
  body.on('error', () => {});
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new Error(`answered more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function guardedConnector(lookup: Lookup, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ lookup: guardedLookup(lookup), timeout: timeoutMs });
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    // An address that is written out is never looked up.
    if (isIP(host) !== 0 && isRefusedAddress(host)) callback(refusal(host), null);
    else connect(target, callback);
  };
}

type AnyCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

function guardedLookup(lookup: Lookup): (hostname: string, options: LookupOptions, callback: AnyCallback) => void {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter(({ address }) => !isRefusedAddress(address)) : [];
      const first = allowed[0];
      if (first === undefined) callback(error ?? refusal(hostname), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(host: string): Error {
  return new Error(`${host} is a link-local address`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
