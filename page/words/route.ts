/** Places in the page as fragments of its URL: every screen can be linked to, and no server has to know of it. */
import type { KindPath } from '../api/types.ts';

export type Route =
  | { readonly screen: 'objects'; readonly kind: KindPath }
  | {
      readonly screen: 'object';
      readonly kind: KindPath;
      readonly namespace: string;
      readonly name: string;
      /** Of the delivery that is open; '': none. */
      readonly delivery: string;
    }
  | {
      readonly screen: 'playground';
      /** '' and '': none chosen. */
      readonly namespace: string;
      readonly name: string;
      readonly delivery: string;
    };

const KINDS: ReadonlySet<string> = new Set<KindPath>(['receivers', 'brokerreceivers', 'alerts']);

/** What a fragment means; the list of Receivers where it means nothing. */
export function routeOf(fragment: string): Route {
  const [first = '', namespace = '', name = '', delivery = ''] = fragment
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decoded);
  if (first === 'playground') return { screen: 'playground', namespace, name, delivery };
  const kind = KINDS.has(first) ? (first as KindPath) : 'receivers';
  if (namespace === '' || name === '') return { screen: 'objects', kind };
  return { screen: 'object', kind, namespace, name, delivery };
}

/** The fragment of a route, with its `#`. */
export function fragmentOf(route: Route): string {
  if (route.screen === 'objects') return `#/${route.kind}`;
  const first = route.screen === 'playground' ? 'playground' : route.kind;
  const segments = [first, route.namespace, route.name, route.delivery].filter((segment) => segment !== '');
  return `#/${segments.map(encodeURIComponent).join('/')}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
