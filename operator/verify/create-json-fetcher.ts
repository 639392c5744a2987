/**
 * Fetches JSON from an address that a manifest or an issuer names, so from anywhere: with an end to its time and size,
 * no redirect followed, and never from a link-local address. Where the environment names a proxy (HTTPS_PROXY, NO_PROXY,
 * …), it is used as it would be by any other tool, and resolving is its business.
 */
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { RequestError } from '../api/errors.ts';
import { checkWrittenAddress, guardedLookup, type Lookup } from './guarded-lookup.ts';

export type JsonFetcher = (url: string) => Promise<unknown>;

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1_048_576;

/**
 * @param options for tests: a name service, and a shorter patience.
 * @returns a function that throws RequestError IssuerUnreachable when there is no answer within the bounds, and
 * IssuerInvalid when the answer is not JSON.
 */
export function createJsonFetcher(options: { lookup?: Lookup; timeoutMs?: number } = {}): JsonFetcher {
  const { lookup, timeoutMs = TIMEOUT_MS } = options;
  let dispatcher: Dispatcher | undefined;
  async function fetchText(url: string): Promise<string> {
    checkWrittenAddress(new URL(url));
    // A pipelining of 0 keeps no connection open between the rare requests.
    const connect = { lookup: guardedLookup(lookup), timeout: timeoutMs };
    dispatcher ??= new EnvHttpProxyAgent({ connect, pipelining: 0 });
    return readText(url, dispatcher, timeoutMs);
  }
  return async (url) => {
    const text = await fetchText(url).catch((error: unknown) => {
      throw new RequestError('IssuerUnreachable', `${url}: ${reasonOf(error)}`, { cause: error });
    });
    try {
      return JSON.parse(text);
    } catch {
      throw new RequestError('IssuerInvalid', `${url}: not JSON`);
    }
  };
}

async function readText(url: string, dispatcher: Dispatcher, timeoutMs: number): Promise<string> {
  const { origin, pathname, search } = new URL(url);
  const { statusCode, body } = await dispatcher.request({
    origin,
    path: pathname + search,
    method: 'GET',
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
