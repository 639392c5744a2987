/** Which subscription a block names, and where it is. */
import { checkWrittenAddress, RefusedAddressError } from '../../../verify/guarded-lookup.ts';

/** `spec.pubsub`. */
export interface PubSubBlock {
  /** `projects/P/subscriptions/S` */
  readonly subscription: string;
  readonly endpoint?: string;
}

export interface Subscription {
  readonly project: string;
  readonly name: string;
  /** What its calls begin with. */
  readonly url: URL;
}

const GOOGLE = 'https://pubsub.googleapis.com';
const GOOGLE_HOST = /(^|\.)googleapis\.com$/;

export function subscriptionOf({ subscription, endpoint = GOOGLE }: PubSubBlock): Subscription {
  const [, project = '', , name = ''] = subscription.split('/');
  const path = `/v1/projects/${encodeURIComponent(project)}/subscriptions/${encodeURIComponent(name)}`;
  return { project, name, url: new URL(path, endpoint) };
}

/** No token goes where it could be read on its way. */
export function takesCredentials(block: PubSubBlock): boolean {
  return subscriptionOf(block).url.protocol === 'https:';
}

/** Whether the address is one of Google's own, which may see the operator's own token. */
export function isGoogles(block: PubSubBlock): boolean {
  return GOOGLE_HOST.test(subscriptionOf(block).url.hostname);
}

/** What is wrong with the endpoint, in one line; undefined: nothing. */
export function endpointFault({ endpoint }: PubSubBlock): string | undefined {
  if (endpoint === undefined) return undefined;
  const url = URL.parse(endpoint);
  if (url === null) return 'spec.pubsub.endpoint is not an absolute URL';
  try {
    checkWrittenAddress(url);
    return undefined;
  } catch (error) {
    if (!(error instanceof RefusedAddressError)) throw error;
    return 'spec.pubsub.endpoint is a link-local address, which is never connected to';
  }
}
