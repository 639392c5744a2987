/** Tells which of the objects that a Receiver requests has no working URL, and why. Pure. */
import type { UrlType } from '../api/exposure.ts';
import type { Entry } from './entry.ts';
import { type FoundUrls, type Unfulfilled, urlsTo } from './urls.ts';

/** Until the object that is requested was observed. */
export const BEING_CREATED: Unfulfilled = {
  reason: 'PendingAddress',
  message: 'the operator creates the objects that spec.exposure requests: wait for their addresses',
};

/** @returns undefined: each requested object has a URL that works. */
export function requestFault({ key, granted, path }: Entry, found: FoundUrls): Unfulfilled | undefined {
  if (path === undefined) return undefined;
  const own = urlsTo(found, { key, path }).filter(({ owner }) => owner === key);
  for (const type of requestedTypes(granted)) {
    const urls = own.filter((url) => url.type === type);
    if (urls.some(({ fault }) => fault === undefined)) continue;
    return urls[0]?.fault ?? BEING_CREATED;
  }
  return undefined;
}

function requestedTypes({ service, ingress, httpRoute }: Entry['granted']): readonly UrlType[] {
  const type = service?.type ?? 'LoadBalancer';
  return [
    ...(service === undefined ? [] : [type === 'ClusterIP' ? ('Internal' as const) : type]),
    ...(ingress === undefined ? [] : (['Ingress'] as const)),
    ...(httpRoute === undefined ? [] : (['HTTPRoute'] as const)),
  ];
}
