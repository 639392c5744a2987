/** Where the other replicas are: the addresses of the EndpointSlices of a headless Service in the operator's own namespace. */
import { PEER_PORT } from '../../api/installation.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../kube/kube-client.ts';
import { createInformer } from '../../kube/watch/informer.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';

/** One address of a replica, this one among them. */
export interface PeerAddress {
  /** `host:port`, that of IPv6 in brackets. */
  readonly address: string;
  /** Its Pod, or its address where that is not known. */
  readonly name: string;
}

export interface PeerAddresses {
  start(): void;
  stop(): Promise<void>;
  /** Undefined: they are not listed yet. */
  list(): readonly PeerAddress[] | undefined;
  /** Done after the first list. */
  whenListed(): Promise<void>;
}

export interface PeerAddressesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly service: string;
  readonly log: Logger;
  readonly clock: Clock;
}

interface EndpointSlice extends KubeObject {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null;
  readonly endpoints?:
    | readonly {
        readonly addresses?: readonly string[];
        readonly targetRef?: { readonly kind?: string; readonly name?: string };
      }[]
    | null;
}

const ENDPOINT_SLICES: ResourceType = {
  apiVersion: 'discovery.k8s.io/v1',
  plural: 'endpointslices',
  namespaced: true,
};
export function createPeerAddresses({ client, namespace, service, log, clock }: PeerAddressesOptions): PeerAddresses {
  const informer = createInformer({
    client,
    type: ENDPOINT_SLICES,
    namespace,
    labelSelector: `kubernetes.io/service-name=${service}`,
    project: (object: KubeObject) => ({ metadata: object.metadata, addresses: addressesIn(object as EndpointSlice) }),
    log,
    clock,
  });
  return {
    start: informer.start,
    stop: informer.stop,
    list: () => (informer.hasSynced ? [...informer.values()].flatMap(({ addresses }) => addresses) : undefined),
    whenListed: () => informer.whenSynced(),
  };
}

/** Those that are not ready, too: they have records. */
export function addressesIn({ ports, endpoints }: EndpointSlice): readonly PeerAddress[] {
  const port = ports?.find(({ name }) => name === PEER_PORT)?.port;
  if (port === undefined) return [];
  return (endpoints ?? []).flatMap(({ addresses = [], targetRef }) =>
    addresses.map((host) => {
      const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      const pod = targetRef?.kind === 'Pod' ? targetRef.name : undefined;
      return { address, name: pod ?? address };
    }),
  );
}
