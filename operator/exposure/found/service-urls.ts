/** Finds the URLs of a Service: its load balancer, a node's port, its name inside the cluster. Pure. */
import type { Node } from '../objects.ts';
import type { CountedPort, CountedService } from './counted-services.ts';
import { type FoundUrl, foundUrl, nameOf, originOf } from './found-url.ts';
import { reachedAt } from './load-balancer.ts';

const HEADLESS = 'None';

/** @param nodeAddress undefined: no node's address is known. */
export function serviceUrls({ service, ports }: CountedService, nodeAddress: string | undefined): readonly FoundUrl[] {
  return ports.flatMap((port) => {
    const outside =
      service.spec?.type === 'LoadBalancer' ? balanced(service, port) : onNode(service, port, nodeAddress);
    return [...outside, inside(service, port)];
  });
}

function balanced(service: CountedService['service'], { scheme, port }: CountedPort): readonly FoundUrl[] {
  const { hosts, fault } = reachedAt(service.status?.loadBalancer?.ingress, port, nameOf('Service', service));
  if (fault !== undefined) return [foundUrl('LoadBalancer', service, undefined, fault)];
  return hosts.map((host) => foundUrl('LoadBalancer', service, originOf(scheme, host, port)));
}

function onNode(
  service: CountedService['service'],
  { scheme, nodePort }: CountedPort,
  nodeAddress: string | undefined,
): readonly FoundUrl[] {
  if (service.spec?.type !== 'NodePort' || nodePort === undefined) return [];
  if (nodeAddress !== undefined) return [foundUrl('NodePort', service, originOf(scheme, nodeAddress, nodePort))];
  const message = `${nameOf('Service', service)} has a port on every node, but the operator knows no node's address: grant it the right to read nodes, by the value exposure.nodePort`;
  return [foundUrl('NodePort', service, undefined, { reason: 'PendingAddress', message })];
}

function inside(service: CountedService['service'], { scheme, port, targetPort }: CountedPort): FoundUrl {
  const { name, namespace } = service.metadata;
  // The name of a headless Service resolves to the pods, so their port answers.
  const own = service.spec?.clusterIP === HEADLESS ? targetPort : port;
  return foundUrl('Internal', service, originOf(scheme, `${name}.${namespace}.svc.cluster.local`, own));
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
