/** The HTTPRoute that `spec.exposure.httpRoute` asks for: exactly the path of one Receiver, and nothing else. Pure. */
import type { HttpRouteExposure } from '../../api/exposure.ts';
import { type DoorIdentity, type DoorObject, doorObject } from './exposure-object.ts';
import type { Backend } from './ingress.ts';

/** @param paths the Receiver's, and for a while the one that it had before. */
export function httpRouteObject(
  { parentRefs = [], hostnames = [] }: HttpRouteExposure,
  identity: Omit<DoorIdentity, 'annotations'>,
  paths: readonly string[],
  { name, port }: Backend,
): DoorObject {
  return doorObject('gateway.networking.k8s.io/v1', 'HTTPRoute', identity, {
    parentRefs: parentRefs.map((parent) => ({ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...parent })),
    ...(hostnames.length === 0 ? {} : { hostnames }),
    rules: [
      {
        matches: paths.map((value) => ({ path: { type: 'Exact', value } })),
        backendRefs: [{ group: '', kind: 'Service', name, port }],
      },
    ],
  });
}
