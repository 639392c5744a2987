/** The Service that `spec.exposure.service` asks for. Pure. */
import type { ServiceExposure } from '../../api/exposure.ts';
import { selectorLabels, TLS_WEBHOOK_PORT, WEBHOOK_PORT } from '../../api/installation.ts';
import type { Deployment, DoorSettings } from '../objects.ts';
import { type DoorIdentity, type DoorObject, doorObject } from './exposure-object.ts';

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** Where the operator serves TLS, that is what the Service leads to, and nothing else. */
export function serviceObject(
  wish: ServiceExposure,
  identity: Omit<DoorIdentity, 'annotations'>,
  deployment: Deployment | undefined,
  settings: DoorSettings,
): DoorObject {
  const { type = 'LoadBalancer', port, nodePort, annotations, loadBalancerClass, loadBalancerSourceRanges } = wish;
  const isTls = settings.tlsPort !== undefined;
  const targetPort = targetOf(isTls ? TLS_WEBHOOK_PORT : WEBHOOK_PORT, deployment, settings);
  return doorObject(
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

/** The name of the container's port, where it has one of that name. */
function targetOf(name: string, deployment: Deployment | undefined, settings: DoorSettings): string | number {
  const containers = deployment?.spec?.template?.spec?.containers ?? [];
  const isNamed = containers.some(({ ports = [] }) => ports.some((port) => port.name === name));
  return isNamed ? name : (settings.tlsPort ?? settings.receiverPort ?? name);
}
