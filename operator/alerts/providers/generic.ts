/** Posts the event itself, as JSON, for a service of one's own. */
import { eventJson } from '../encode/event-json.ts';
import type { ProviderSettings, ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';

export const generic: ProviderType = {
  name: 'generic',
  description: 'Any HTTP service that takes the event as JSON',
  settings: { address: 'URL of the service', secret: '`headers`: a map of request headers' },
  purpose: 'forward',
  prepare(settings) {
    const forward = forwarder(settings);
    return { send: ({ event }, signal) => forward(event, {}, signal) };
  },
};

/** Shared with `generic-hmac`: the request without or with a signature, whose header nothing overrides. */
export function forwarder({ address, http, headers: own }: ProviderSettings) {
  const url = hookUrl('', address);
  return async (
    event: Parameters<typeof eventJson>[0],
    last: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> => {
    const headers = merged(
      [
        ['Content-Type', 'application/json'],
        ['Gotk-Component', event.reportingController],
      ],
      own,
      last,
    );
    await post(http, { url, headers, body: eventJson(event) }, signal);
  };
}

/** Names of headers have no case: the later one replaces the earlier. */
function merged(
  first: readonly (readonly [string, string])[],
  own: ReadonlyMap<string, string>,
  last: Readonly<Record<string, string>>,
): Record<string, string> {
  const byName = new Map<string, readonly [string, string]>();
  for (const entry of [...first, ...own, ...Object.entries(last)]) byName.set(entry[0].toLowerCase(), entry);
  return Object.fromEntries(byName.values());
}
