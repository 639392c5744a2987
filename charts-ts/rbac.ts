/** The operator's ServiceAccount and its rights: what the code calls, and no more. */
import { ApiResource, ClusterRole, ClusterRoleBinding, Role, RoleBinding, ServiceAccount } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { GROUP, RECEIVER_PLURAL } from '../operator/api/receiver.ts';
import { commonLabels, NAME } from './labels.ts';

const LEASE = 'sluice-leader-election';
const READ = ['get', 'list', 'watch'];
const GATEWAY_API = 'gateway.networking.k8s.io';

/** The kinds that a Receiver may make reconcile: those of Flux, by API group. */
const targets: Readonly<Record<string, readonly string[]>> = {
  'source.toolkit.fluxcd.io': [
    'buckets',
    'externalartifacts',
    'gitrepositories',
    'helmcharts',
    'helmrepositories',
    'ocirepositories',
  ],
  'source.extensions.fluxcd.io': ['artifactgenerators'],
  'image.toolkit.fluxcd.io': ['imagepolicies', 'imagerepositories', 'imageupdateautomations'],
  'kustomize.toolkit.fluxcd.io': ['kustomizations'],
  'helm.toolkit.fluxcd.io': ['helmreleases'],
};

const resource = (apiGroup: string, resourceType: string) => ApiResource.custom({ apiGroup, resourceType });

function targetResources(): ApiResource[] {
  return Object.entries(targets).flatMap(([group, plurals]) => plurals.map((plural) => resource(group, plural)));
}

export class Rbac extends Construct {
  readonly #serviceAccount: ServiceAccount;

  constructor(scope: Construct, id: string, { namespace }: { readonly namespace: string }) {
    super(scope, id);
    const metadata = { name: NAME, namespace, labels: { ...commonLabels } };
    this.#serviceAccount = new ServiceAccount(this, 'service-account', { metadata });
    this.#grantInCluster();
    this.#grantInNamespace(metadata);
  }

  #grantInCluster(): void {
    const metadata = { name: NAME, labels: { ...commonLabels } };
    const role = new ClusterRole(this, 'cluster-role', { metadata });
    // patch on Receivers themselves releases the finalizer that Flux's controller left on them.
    role.allow([...READ, 'patch'], resource(GROUP, RECEIVER_PLURAL));
    role.allow(['patch'], resource(GROUP, `${RECEIVER_PLURAL}/status`));
    role.allow(READ, resource('', 'secrets'));
    role.allow([...READ, 'patch'], ...targetResources());
    role.allow(['create', 'patch'], resource('events.k8s.io', 'events'));
    role.allow(READ, resource(GATEWAY_API, 'gateways'));
    const binding = new ClusterRoleBinding(this, 'cluster-role-binding', {
      metadata,
      role: ClusterRole.fromClusterRoleName(this, 'cluster-role-reference', NAME),
    });
    binding.addSubjects(this.#serviceAccount);
  }

  #grantInNamespace(metadata: { name: string; namespace: string; labels: Record<string, string> }): void {
    const role = new Role(this, 'role', { metadata });
    // A rule by name cannot allow create: the name is not yet known when that is decided.
    role.allow(['create'], resource('coordination.k8s.io', 'leases'));
    role.allow(['get', 'update'], {
      apiGroup: 'coordination.k8s.io',
      resourceType: 'leases',
      resourceName: LEASE,
    });
    // The doors of Receivers, and what leads to the operator.
    role.allow(
      [...READ, 'create', 'patch', 'delete'],
      resource('', 'services'),
      resource('networking.k8s.io', 'ingresses'),
      resource(GATEWAY_API, 'httproutes'),
    );
    role.allow(READ, resource('apps', 'deployments'));
    const binding = new RoleBinding(this, 'role-binding', {
      metadata,
      role: Role.fromRoleName(this, 'role-reference', NAME),
    });
    binding.addSubjects(this.#serviceAccount);
  }
}
