/** The Ingress that `spec.exposure.ingress` asks for: exactly the path of one Receiver, and nothing else. Pure. */
import type { IngressExposure } from '../../api/exposure.ts';
import { type DoorIdentity, type DoorObject, doorObject } from './exposure-object.ts';

/** The Service that all Receivers share, and which of its ports. */
export interface Backend {
  readonly name: string;
  readonly port: number;
}

/** @param paths the Receiver's, and for a while the one that it had before. */
export function ingressObject(
  { host, className, tlsSecretName, annotations }: IngressExposure,
  identity: Omit<DoorIdentity, 'annotations'>,
  paths: readonly string[],
  { name, port }: Backend,
): DoorObject {
  const backend = { service: { name, port: { number: port } } };
  return doorObject(
    'networking.k8s.io/v1',
    'Ingress',
    { ...identity, annotations },
    {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tlsSecretName === undefined
        ? {}
        : { tls: [{ ...(host === undefined ? {} : { hosts: [host] }), secretName: tlsSecretName }] }),
      rules: [
        {
          ...(host === undefined ? {} : { host }),
          http: { paths: paths.map((path) => ({ path, pathType: 'Exact', backend })) },
        },
      ],
    },
  );
}
