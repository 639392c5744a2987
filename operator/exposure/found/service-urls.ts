/** Finds the URLs of a Service: its load balancer, a node's port, its name inside the cluster. Pure. */
import type { UrlType } from '../../api/exposure.ts';
import type { LoadBalancerAddress, Node } from '../objects.ts';
import type { CountedService } from './counted-services.ts';
import { type FoundUrl, originOf, type Scheme } from './found-url.ts';

const HEADLESS = 'None';

export function serviceUrls({ service, ports }: CountedService, nodeAddress: string | undefined): readonly FoundUrl[] {
  const { metadata, spec, status } = service;
  const urls: FoundUrl[] = [];
  const add = (type: UrlType, host: string, scheme: Scheme, port: number) =>
    urls.push({ type, origin: originOf(scheme, host, port) });
  for (const { scheme, port, targetPort, nodePort } of ports) {
    if (spec?.type === 'LoadBalancer') {
      for (const address of addressesOf(status?.loadBalancer?.ingress)) {
        add('LoadBalancer', address, scheme, port);
      }
    }
    if (spec?.type === 'NodePort' && nodePort !== undefined && nodeAddress !== undefined) {
      add('NodePort', nodeAddress, scheme, nodePort);
    }
    // The name of a headless Service resolves to the pods, so their port answers.
    const own = spec?.clusterIP === HEADLESS ? targetPort : port;
    const name = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
    add('Internal', name, scheme, own);
  }
  return urls;
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
