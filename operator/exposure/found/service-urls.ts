/** The ways in that a Service is by itself: its load balancer, a node's port, its name inside of the cluster. Pure. */
import type { UrlType } from '../../api/exposure.ts';
import type { LoadBalancerAddress, Node } from '../objects.ts';
import type { CountedService } from './counted-services.ts';
import { type Door, originOf, type Scheme } from './found-url.ts';

const HEADLESS = 'None';

export function serviceDoors({ service, ports }: CountedService, nodeAddress: string | undefined): readonly Door[] {
  const { metadata, spec, status } = service;
  const doors: Door[] = [];
  const add = (type: UrlType, host: string, scheme: Scheme, port: number) =>
    doors.push({ type, origin: originOf(scheme, host, port) });
  for (const { scheme, port, targetPort, nodePort } of ports) {
    if (spec?.type === 'LoadBalancer') {
      for (const address of addressesOf(status?.loadBalancer?.ingress)) {
        add('LoadBalancer', address, scheme, port);
      }
    }
    if (spec?.type === 'NodePort' && nodePort !== undefined && nodeAddress !== undefined) {
      add('NodePort', nodeAddress, scheme, nodePort);
    }
    // The name of a headless Service is that of the pods themselves, so it is their port that answers.
    const own = spec?.clusterIP === HEADLESS ? targetPort : port;
    const name = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
    add('Internal', name, scheme, own);
  }
  return doors;
}

export function addressesOf(addresses: readonly LoadBalancerAddress[] = []): readonly string[] {
  return addresses.flatMap(({ hostname, ip }) => hostname || ip || []);
}

/** Always the same of the same nodes: an ExternalIP of the first that has one, else an InternalIP. */
export function nodeAddress(nodes: readonly Node[]): string | undefined {
  const sorted = nodes.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const first = (type: string) => {
    for (const { status } of sorted) {
      const found = status?.addresses?.find((address) => address.type === type && address.address !== '');
      if (found !== undefined) return found.address;
    }
    return undefined;
  };
  return first('ExternalIP') ?? first('InternalIP');
}
