/** Builds the Ingress that `spec.exposure.ingress` requests: exactly the path of one Receiver. Pure. */
import type { IngressExposure } from '../../api/exposure.ts';
import { type ExposureIdentity, type ExposureObject, exposureObject } from './exposure-object.ts';

/** The Service that all Receivers share, and which of its ports. */
export interface Backend {
  readonly name: string;
  readonly port: number;
}

/** @param paths the Receiver's, and during a rotation its previous one. */
export function ingressObject(
  { host, className, tlsSecretName, annotations }: IngressExposure,
  identity: Omit<ExposureIdentity, 'annotations'>,
  paths: readonly string[],
  { name, port }: Backend,
): ExposureObject {
  const backend = { service: { name, port: { number: port } } };
  return exposureObject(
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
