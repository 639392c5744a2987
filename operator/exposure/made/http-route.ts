/** Builds the HTTPRoute that `spec.exposure.httpRoute` requests: exactly the path of one Receiver. Pure. */
import type { HttpRouteExposure } from '../../api/exposure.ts';
import { type ExposureIdentity, type ExposureObject, exposureObject } from './exposure-object.ts';
import type { Backend } from './ingress.ts';

/** @param paths the Receiver's, and during a rotation its previous one. */
export function httpRouteObject(
  { parentRefs = [], hostnames = [] }: HttpRouteExposure,
  identity: Omit<ExposureIdentity, 'annotations'>,
  paths: readonly string[],
  { name, port }: Backend,
): ExposureObject {
  return exposureObject('gateway.networking.k8s.io/v1', 'HTTPRoute', identity, {
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
