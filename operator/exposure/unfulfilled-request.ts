/** Tells why what a Receiver requests is unfulfilled. Pure. */
import type { UrlType } from '../api/exposure.ts';
import { isExposureReason } from '../api/exposure-reasons.ts';
import type { Entry, Exposable } from './entry.ts';
import { type FoundUrls, type Unfulfilled, urlsTo } from './urls.ts';

/** Until the object that is requested was observed. */
const BEING_CREATED: Unfulfilled = {
  reason: 'PendingAddress',
  message: 'the operator creates the objects that spec.exposure requests: wait for their addresses',
};

/** @param entry undefined: nothing is requested. @returns undefined: every object that is requested has a URL that works. */
export function unfulfilledRequest(
  entry: Entry | undefined,
  receiver: Exposable,
  found: FoundUrls,
): Unfulfilled | undefined {
  return entry === undefined ? undefined : together(objectFault(entry, receiver, found), entry.outcome?.secretProblem);
}

/** The message says both, the reason is the first one's. */
function together(first: Unfulfilled | undefined, second: Unfulfilled | undefined): Unfulfilled | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return { reason: first.reason, message: `${first.message}; ${second.message}` };
}

function objectFault(entry: Entry, receiver: Exposable, found: FoundUrls): Unfulfilled | undefined {
  if (entry.refused !== undefined) return entry.refused;
  if (entry.path === undefined) return undefined;
  if (entry.outcome === undefined) return lastVerdict(receiver);
  return entry.outcome.problem ?? requestFault(entry, entry.path, found);
}

/** The verdict in the status, until this process has reconciled the request. */
function lastVerdict({ metadata, status }: Exposable): Unfulfilled | undefined {
  const last = status?.conditions?.find(({ type }) => type === 'Exposed');
  if (last === undefined || last.observedGeneration !== metadata.generation || last.reason === 'NotExposed') {
    return BEING_CREATED;
  }
  return last.status === 'True' || !isExposureReason(last.reason)
    ? undefined
    : { reason: last.reason, message: last.message };
}

/** Of the objects that are requested, the first without a URL that works. */
function requestFault({ key, granted }: Entry, path: string, found: FoundUrls): Unfulfilled | undefined {
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
