/** Builds the Service that `spec.exposure.service` requests. Pure. */
import type { ServiceExposure } from '../../api/exposure.ts';
import { selectorLabels, TLS_WEBHOOK_PORT, WEBHOOK_PORT } from '../../api/installation.ts';
import type { Deployment } from '../objects.ts';
import type { EndpointSettings } from '../observed-objects.ts';
import { type ExposureIdentity, type ExposureObject, exposureObject } from './exposure-object.ts';

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** The Service leads to the TLS port where the operator serves TLS, else to the plain one. */
export function serviceObject(
  requested: ServiceExposure,
  identity: Omit<ExposureIdentity, 'annotations'>,
  deployment: Deployment | undefined,
  settings: EndpointSettings,
): ExposureObject {
  const { type = 'LoadBalancer', port, nodePort, annotations, loadBalancerClass, loadBalancerSourceRanges } = requested;
  const isTls = settings.tlsPort !== undefined;
  const targetPort = targetOf(isTls ? TLS_WEBHOOK_PORT : WEBHOOK_PORT, deployment, settings);
  return exposureObject(
    'v1',
    'Service',
    { ...identity, annotations },
    {
      type,
      selector: { ...(deployment?.spec?.selector?.matchLabels ?? selectorLabels) },
      ports: [
        {
          name: isTls ? 'https' : 'http',
          protocol: 'TCP',
          port: port ?? (isTls ? HTTPS_PORT : HTTP_PORT),
          targetPort,
          ...(nodePort === undefined ? {} : { nodePort }),
        },
      ],
      ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
      ...(loadBalancerSourceRanges === undefined ? {} : { loadBalancerSourceRanges }),
    },
  );
}

/** The name of the container's port where there is one, else its number. */
function targetOf(name: string, deployment: Deployment | undefined, settings: EndpointSettings): string | number {
  const containers = deployment?.spec?.template?.spec?.containers ?? [];
  const isNamed = containers.some(({ ports = [] }) => ports.some((port) => port.name === name));
  return isNamed ? name : (settings.tlsPort ?? settings.receiverPort ?? name);
}
