/** The EndpointSlices of replicas that run as processes of this machine, as the control plane would make them of Pods. */
import { PEER_PORT, PEER_SERVICE } from '../../operator/api/installation.ts';
import type { KubeManifest } from './objects-in.ts';
import type { OwnAddress } from './own-address.ts';

/** One for each replica, because they share an address. */
export function peerSlice(
  replica: string,
  { host, addressType }: OwnAddress,
  port: number,
  service = PEER_SERVICE,
): KubeManifest {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: replica, labels: { 'kubernetes.io/service-name': service } },
    addressType,
    ports: [{ name: PEER_PORT, port, protocol: 'TCP' }],
    // Not ready: it has deliveries to tell of all the same.
    endpoints: [{ addresses: [host], conditions: { ready: false }, targetRef: { kind: 'Pod', name: replica } }],
  };
}
