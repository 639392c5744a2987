/** Fetches JSON from an address that a manifest or an issuer names, within the bounds of `createTextFetcher`. */
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { createTextFetcher } from './create-text-fetcher.ts';
import type { Lookup } from './guarded-lookup.ts';

export type JsonFetcher = (url: string) => Promise<unknown>;

/**
 * @param options for tests: a name service, and a shorter patience.
 * @returns a function that throws RequestError IssuerUnreachable when there is no answer within the bounds, and
 * IssuerInvalid when the answer is not JSON.
 */
export function createJsonFetcher(options: { lookup?: Lookup; timeoutMs?: number } = {}): JsonFetcher {
  const fetchText = createTextFetcher({ accept: 'application/json', ...options });
  return async (url) => {
    const text = await fetchText(url).catch((error: unknown) => {
      throw new RequestError('IssuerUnreachable', `${url}: ${messageOf(error)}`, { cause: error });
    });
    try {
      return JSON.parse(text);
    } catch {
      throw new RequestError('IssuerInvalid', `${url}: not JSON`);
    }
  };
}
