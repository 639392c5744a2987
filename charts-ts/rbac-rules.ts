/** The operator's rights as data: what the code calls and the values enable, and no more. */
import { ALERT_PLURAL } from '../operator/api/alert/alert.ts';
import { BROKER_RECEIVER_PLURAL } from '../operator/api/broker-receiver/broker-receiver.ts';
import { fluxKinds } from '../operator/api/flux-kinds.ts';
import { LEASE } from '../operator/api/installation.ts';
import { GROUP, SLUICE_GROUP } from '../operator/api/meta.ts';
import { PROVIDER_PLURAL } from '../operator/api/provider/provider.ts';
import { RECEIVER_PLURAL } from '../operator/api/receiver/receiver.ts';
import type { SluiceValues } from './values.ts';

export interface Rule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** The only object that is meant; in a Role alone. */
  readonly name?: string;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'patch', 'delete'];
const GATEWAYS = 'gateway.networking.k8s.io';

/** Where Receivers are served: in the cluster, or in the operator's own namespace. */
export function watchRules({ alerts, targets, secrets }: SluiceValues): readonly Rule[] {
  const groups = [...new Set(fluxKinds.map(({ group }) => group))];
  const kinds = groups.map((group) => ({
    group,
    resources: fluxKinds.filter((kind) => kind.group === group).map(({ plural }) => plural),
  }));
  const extra = targets.extra.map(({ group, plural }) => ({ group, resources: [plural] }));
  return [
    // patch on the objects themselves releases the finalizer that Flux's controller left on them.
    { group: GROUP, resources: [RECEIVER_PLURAL, ALERT_PLURAL, PROVIDER_PLURAL], verbs: [...READ, 'patch'] },
    { group: GROUP, resources: [`${RECEIVER_PLURAL}/status`], verbs: ['patch'] },
    { group: SLUICE_GROUP, resources: [BROKER_RECEIVER_PLURAL], verbs: READ },
    { group: SLUICE_GROUP, resources: [`${BROKER_RECEIVER_PLURAL}/status`], verbs: ['patch'] },
    ...(secrets.namespaces.length === 0 ? [{ group: '', resources: ['secrets'], verbs: READ }] : []),
    ...[...kinds, ...extra].map((kind) => ({ ...kind, verbs: [...READ, 'patch'] })),
    { group: 'events.k8s.io', resources: ['events'], verbs: ['create', 'patch'] },
    { group: GATEWAYS, resources: ['gateways'], verbs: READ },
    ...(alerts.workloadIdentity ? serviceAccountRules : []),
  ];
}

/** To exchange the token of a ServiceAccount for one of a cloud. */
const serviceAccountRules: readonly Rule[] = [
  { group: '', resources: ['serviceaccounts'], verbs: ['get'] },
  { group: '', resources: ['serviceaccounts/token'], verbs: ['create'] },
];

/**
 * What no Role can give, as it is in no namespace: nodes, and the judgement of tokens and rights. Who serves one namespace
 * needs no ClusterRole for it: there replicas do not ask each other, and the page takes no token.
 */
export function clusterRules({ exposure, watchAllNamespaces }: SluiceValues): readonly Rule[] {
  return [
    ...(exposure.nodePort ? [{ group: '', resources: ['nodes'], verbs: READ }] : []),
    ...(watchAllNamespaces ? reviewRules : []),
  ];
}

/** To have the API server say who a token is of, and what they may see. */
const reviewRules: readonly Rule[] = [
  { group: 'authentication.k8s.io', resources: ['tokenreviews'], verbs: ['create'] },
  { group: 'authorization.k8s.io', resources: ['subjectaccessreviews'], verbs: ['create'] },
];

/** In the operator's own namespace: its Lease, its other replicas, and the objects that expose its pods. */
export function ownNamespaceRules({ exposure }: SluiceValues): readonly Rule[] {
  const exposed = (write: boolean) => (write ? [...READ, ...WRITE] : READ);
  return [
    // A rule by name cannot allow create: the name is not yet known when that is decided.
    { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['create'] },
    { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['get', 'update'], name: LEASE },
    { group: '', resources: ['services'], verbs: exposed(exposure.services) },
    { group: 'networking.k8s.io', resources: ['ingresses'], verbs: exposed(exposure.ingresses) },
    { group: GATEWAYS, resources: ['httproutes'], verbs: exposed(exposure.httpRoutes) },
    { group: 'apps', resources: ['deployments'], verbs: READ },
    { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs: READ },
  ];
}

/** In the namespace of these ServiceAccounts: to be them to a broker, for the BrokerReceivers that name them. */
export function sourceAccountRules(names: readonly string[]): readonly Rule[] {
  return names.flatMap((name) => serviceAccountRules.map((rule) => ({ ...rule, name })));
}

/** In each of the listed namespaces: the Secrets that Receivers request for their URLs. The name is the Receiver's choice. */
export const urlSecretsRules: readonly Rule[] = [{ group: '', resources: ['secrets'], verbs: ['get', ...WRITE] }];

/** In each of the listed namespaces: without a watch in the cluster, a Secret is read when it is needed. */
export const listedSecretsRules: readonly Rule[] = [{ group: '', resources: ['secrets'], verbs: ['get'] }];
