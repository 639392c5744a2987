/** The token of a ServiceAccount with some rights in a world's namespace. */
import type { World } from './world.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';

/** Makes a ServiceAccount and a Role of that name. */
export async function tokenWith(world: World, name: string, rules: readonly Rule[]): Promise<string> {
  const metadata = { name };
  const about = { apiVersion: `${RBAC}/v1`, metadata };
  await world.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await world.apply({ ...about, kind: 'Role', rules });
  await world.apply({
    ...{ ...about, kind: 'RoleBinding' },
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: world.namespace }],
  });
  return (await world.kubectl('create', 'token', name)).trim();
}
