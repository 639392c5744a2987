/** The operator's ServiceAccount, and its rights where the values want them. */
import { ApiResource, ClusterRole, ClusterRoleBinding, Role, RoleBinding, ServiceAccount } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { commonLabels, NAME } from './labels.ts';
import {
  clusterRules,
  listedSecretsRules,
  ownNamespaceRules,
  type Rule,
  sourceAccountRules,
  urlSecretsRules,
  watchRules,
} from './rbac-rules.ts';
import type { SluiceValues } from './values.ts';

export class Rbac extends Construct {
  readonly #serviceAccount: ServiceAccount;

  constructor(scope: Construct, id: string, values: SluiceValues) {
    super(scope, id);
    const { namespace, watchAllNamespaces, secrets, sources, exposure } = values;
    this.#serviceAccount = new ServiceAccount(this, 'service-account', {
      metadata: { name: NAME, namespace, labels: { ...commonLabels } },
    });
    const watch = watchRules(values);
    this.#grantInCluster([...(watchAllNamespaces ? watch : []), ...clusterRules(values)]);
    this.#grantIn(namespace, NAME, [...ownNamespaceRules(values), ...(watchAllNamespaces ? [] : watch)]);
    for (const each of secrets.namespaces) this.#grantIn(each, `${NAME}-secrets`, listedSecretsRules);
    for (const each of new Set(exposure.urlSecrets.namespaces)) {
      this.#grantIn(each, `${NAME}-url-secrets`, urlSecretsRules);
    }
    for (const [each, names] of byNamespace(sources.serviceAccounts)) {
      this.#grantIn(each, `${NAME}-sources`, sourceAccountRules(names));
    }
  }

  #grantInCluster(rules: readonly Rule[]): void {
    if (rules.length === 0) return;
    const metadata = { name: NAME, labels: { ...commonLabels } };
    allow(new ClusterRole(this, 'cluster-role', { metadata }), rules);
    const binding = new ClusterRoleBinding(this, 'cluster-role-binding', {
      metadata,
      role: ClusterRole.fromClusterRoleName(this, 'cluster-role-reference', NAME),
    });
    binding.addSubjects(this.#serviceAccount);
  }

  #grantIn(namespace: string, name: string, rules: readonly Rule[]): void {
    const metadata = { name, namespace, labels: { ...commonLabels } };
    const id = `${namespace}-${name}`;
    allow(new Role(this, `${id}-role`, { metadata }), rules);
    const binding = new RoleBinding(this, `${id}-binding`, {
      metadata,
      role: Role.fromRoleName(this, `${id}-reference`, name),
    });
    binding.addSubjects(this.#serviceAccount);
  }
}

/** The names of `namespace/name`, by namespace. */
function byNamespace(keys: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const key of new Set(keys)) {
    const [namespace = '', name = ''] = key.split('/');
    names.set(namespace, [...(names.get(namespace) ?? []), name]);
  }
  return names;
}

function allow(role: ClusterRole | Role, rules: readonly Rule[]): void {
  for (const { group: apiGroup, resources, verbs, name: resourceName } of rules) {
    for (const resourceType of resources) {
      const resource = ApiResource.custom({ apiGroup, resourceType });
      if (role instanceof ClusterRole) role.allow([...verbs], resource);
      else role.allow([...verbs], resourceName === undefined ? resource : { apiGroup, resourceType, resourceName });
    }
  }
}
