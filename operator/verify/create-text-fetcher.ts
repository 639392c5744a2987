/**
 * Fetches text from an address that a manifest or a sender names, so from anywhere: with an end to its time and size, no
 * redirect followed, and never from a link-local address. Where the environment names a proxy (HTTPS_PROXY, NO_PROXY, …),
 * it is used as it would be by any other tool, and resolving is its business.
 */
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { checkWrittenAddress, guardedLookup, type Lookup } from './guarded-lookup.ts';

/** @throws FetchError, or any other Error where there is no answer within the bounds. */
export type TextFetcher = (url: string) => Promise<string>;

/** An answer that is not 200. */
export class FetchError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`answered ${status}`);
    this.name = 'FetchError';
    this.status = status;
  }
}

export interface TextFetcherOptions {
  readonly accept: string;
  /** For tests: a name service. */
  readonly lookup?: Lookup | undefined;
  /** For tests: a shorter patience; default 5 s. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1_048_576;

export function createTextFetcher({ accept, lookup, timeoutMs = TIMEOUT_MS }: TextFetcherOptions): TextFetcher {
  let dispatcher: Dispatcher | undefined;
  return async (url) => {
    checkWrittenAddress(new URL(url));
    // A pipelining of 0 keeps no connection open between the rare requests.
    const connect = { lookup: guardedLookup(lookup), timeout: timeoutMs };
    dispatcher ??= new EnvHttpProxyAgent({ connect, pipelining: 0 });
    return readText(url, { dispatcher, timeoutMs, accept });
  };
}

interface Reading {
  readonly dispatcher: Dispatcher;
  readonly timeoutMs: number;
  readonly accept: string;
}

async function readText(url: string, { dispatcher, timeoutMs, accept }: Reading): Promise<string> {
  const { origin, pathname, search } = new URL(url);
  const { statusCode, body } = await dispatcher.request({
    origin,
    path: pathname + search,
    method: 'GET',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept, 'user-agent': 'sluice' },
  });
  // Giving up on a body makes it emit an error, which nobody else may be there to hear.
  body.on('error', () => {});
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if (statusCode !== 200) throw new FetchError(statusCode);
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
