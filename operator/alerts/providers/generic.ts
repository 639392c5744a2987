/** Posts the event itself, as JSON, for a service of one's own. */
import { eventJson } from '../encode/event-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderSettings, ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { mergedHeaders } from '../send/merged-headers.ts';
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
  // A Provider mostly gets the events of one controller after the other.
  let common = { component: '', headers: headersFor('') };
  function headersFor(component: string): Readonly<Record<string, string>> {
    return mergedHeaders(Object.entries({ 'Content-Type': 'application/json', 'Gotk-Component': component }), own);
  }
  return async (event: FluxEvent, last: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> => {
    const { reportingController: component } = event;
    if (common.component !== component) common = { component, headers: headersFor(component) };
    await post(http, { url, headers: { ...common.headers, ...last }, body: eventJson(event) }, signal);
  };
}
