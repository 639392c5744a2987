// What the operator's ServiceAccount may do with the rights of the manifests, and what not, by the API server's own answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { SluiceProps } from '../../../charts-ts/index.ts';
import { type ControlPlane, startControlPlane } from '../../../control-plane/start.ts';
import { fluxKinds } from '../../../operator/api/flux-kinds.ts';
import type { KubeClient, KubeList, KubeObject, ResourceType } from '../../../operator/kube/kube-client.ts';
import { resourcePath } from '../../../operator/kube/resource-path.ts';
import { synthesize } from '../../support/chart.ts';
import { kubeClientFor } from '../../support/kube-client-for.ts';
import { type KubeManifest, type ObjectsIn, objectsIn } from '../../support/objects-in.ts';
import { waitFor } from '../../support/wait-for.ts';

const ACCOUNT = 'system:serviceaccount:flux-system:sluice';

let cluster: ControlPlane;
let client: KubeClient;
let objects: ObjectsIn;

function kubectl(args: readonly string[], input = '') {
  return cluster.kubectl(args, { input });
}

const typed = (plural: string, namespaced: boolean) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  plural,
  namespaced,
});
const RBAC: ReadonlyMap<string, ResourceType> = new Map([
  ['ClusterRole', typed('clusterroles', false)],
  ['ClusterRoleBinding', typed('clusterrolebindings', false)],
  ['Role', typed('roles', true)],
  ['RoleBinding', typed('rolebindings', true)],
]);

interface Installed {
  readonly object: KubeObject;
  readonly type: ResourceType;
}

/** The rights of all manifests that are installed. */
async function installed(): Promise<readonly Installed[]> {
  const query = { labelSelector: 'app.kubernetes.io/name=sluice' };
  const lists = await Promise.all(
    [...RBAC.values()].map(async (type) => {
      const { items } = await client.request<KubeList<KubeObject>>({ method: 'GET', path: resourcePath(type), query });
      return (items ?? []).map((object) => ({ object, type }));
    }),
  );
  return lists.flat();
}

/** Puts the rights of the manifests in the place of those that were there; nothing else in them has a say in that. */
async function install(values: SluiceProps = {}): Promise<void> {
  for (const { object, type } of await installed()) {
    await client.request({ method: 'DELETE', path: resourcePath(type, object.metadata) });
  }
  const manifests = parseAllDocuments(await synthesize(values)).map((document) => document.toJS() as KubeManifest);
  for (const manifest of manifests) if (RBAC.has(manifest.kind)) await objects.apply(manifest);
  await enforced();
}

let markers = 0;

/** Waits for the API server to judge by what was written so far: it hears of each of the kinds in the order of writing. */
async function enforced(): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  for (const [scope, own, where] of [['Cluster', {}, '*'] as const, ['', { namespace: 'tenant' }, 'tenant'] as const]) {
    const name = `marker-${++markers}`;
    const common = { apiVersion: `${apiGroup}/v1`, metadata: { ...own, name } };
    const role = {
      ...{ ...common, kind: `${scope}Role` },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    };
    const binding = {
      ...{ ...common, kind: `${scope}RoleBinding` },
      roleRef: { apiGroup, kind: `${scope}Role`, name },
      subjects: [{ apiGroup, kind: 'User', name }],
    };
    await objects.apply(role);
    await objects.apply(binding);
    await waitFor(`the rights of ${name}`, async () => {
      return (await rowsWhere(false, name, [`get configmaps ${where}`])).length === 0;
    });
  }
}

beforeAll(async () => {
  cluster = await startControlPlane();
  client = kubeClientFor(cluster.adminKubeconfig);
  objects = objectsIn('flux-system', client);
  await Promise.all(['tenant', 'other'].map((name) => kubectl(['create', 'namespace', name])));
  await cluster.apply(await synthesize());
  await enforced();
});

afterAll(async () => {
  await objects?.close();
  await cluster?.stop();
});

/** `verbs resource.group[/subresource] [namespace[/name]]`; a namespace of `*` is all of them. */
type Right = string;

interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

function attributesOf(right: Right): readonly ResourceAttributes[] {
  const [verbs = '', what = '', where = '*'] = right.split(' ');
  const [qualified = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = qualified.split('.');
  const [namespace = '', name = ''] = where.split('/');
  return verbs.split(',').map((verb) => ({
    verb,
    group: group.join('.'),
    resource,
    subresource,
    namespace: namespace === '*' ? '' : namespace,
    name,
  }));
}

const targets = fluxKinds.map(({ group, plural }) => `${plural}.${group}`);
const receivers = 'receivers.notification.toolkit.fluxcd.io';
const brokerReceivers = 'brokerreceivers.sluice.dev';
const alerts = 'alerts.notification.toolkit.fluxcd.io';
const leases = 'leases.coordination.k8s.io';

const gateways = 'gateways.gateway.networking.k8s.io';
const exposures = ['services', 'ingresses.networking.k8s.io', 'httproutes.gateway.networking.k8s.io'];

const may: readonly Right[] = [
  `get,list,watch,patch ${receivers}`,
  `patch ${receivers}/status`,
  `get,list,watch ${brokerReceivers}`,
  `patch ${brokerReceivers}/status`,
  'get,list,watch secrets',
  'create,patch events.events.k8s.io',
  ...targets.map((target) => `get,list,watch,patch ${target}`),
  `create ${leases} flux-system`,
  `get,update ${leases} flux-system/sluice-leader-election`,
  ...exposures.map((kind) => `get,list,watch,create,patch,delete ${kind} flux-system`),
  'get,list,watch deployments.apps flux-system',
  'get,list,watch endpointslices.discovery.k8s.io flux-system',
  'create tokenreviews.authentication.k8s.io',
  'create subjectaccessreviews.authorization.k8s.io',
  `get,list,watch ${gateways}`,
];

const mayNot: readonly Right[] = [
  'create,update,patch,delete,deletecollection secrets',
  'create,update,patch,delete secrets flux-system',
  `create,update,delete,deletecollection ${receivers}`,
  `update,delete ${receivers}/status`,
  `create,update,patch,delete,deletecollection ${brokerReceivers}`,
  `update,delete ${brokerReceivers}/status`,
  'get,list,watch serviceaccounts flux-system',
  ...targets.flatMap((target) => [`create,update,delete,deletecollection ${target}`, `patch,update ${target}/status`]),
  'get,list,watch,update,delete events.events.k8s.io',
  'create events',
  `create ${leases} default`,
  `get,update ${leases} flux-system/other`,
  `list,watch,patch,delete ${leases} flux-system`,
  'get,list,watch,create configmaps',
  'get,list,watch nodes',
  'get,list,create,delete pods flux-system',
  'create pods/exec flux-system',
  ...exposures.flatMap((kind) => [
    `get,list,create,patch,delete ${kind}`,
    `update,deletecollection ${kind} flux-system`,
  ]),
  ...exposures.map((kind) => `patch,update ${kind}/status flux-system`),
  `create,patch,update,delete ${gateways}`,
  'create,patch,update,delete deployments.apps flux-system',
  'get,list deployments.apps',
  'get,list,watch endpointslices.discovery.k8s.io',
  'create,patch,update,delete endpointslices.discovery.k8s.io flux-system',
  'create serviceaccounts/token flux-system',
  'get,list,patch,update customresourcedefinitions.apiextensions.k8s.io',
  'get,list,escalate,bind,create,update clusterroles.rbac.authorization.k8s.io',
  'escalate,bind,create roles.rbac.authorization.k8s.io flux-system',
  'create clusterrolebindings.rbac.authorization.k8s.io',
  'impersonate users',
  'impersonate serviceaccounts',
  'get,patch widgets.example.com',
  'get,create,* *.*',
];

/** The rows of `rights` for which the API server's answer is `allowed`. */
async function rowsWhere(allowed: boolean, user: string, rights: readonly Right[]): Promise<string[]> {
  const rows = rights.flatMap(attributesOf);
  const answers = await Promise.all(
    rows.map(async (resourceAttributes) => {
      const { status } = await client.request<{ status: { allowed: boolean } }>({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: { spec: { user, groups: ['system:authenticated', 'system:serviceaccounts'], resourceAttributes } },
      });
      return status.allowed;
    }),
  );
  return rows
    .filter((_, row) => answers[row] === allowed)
    .map(({ verb, group, resource, subresource, namespace, name }) =>
      [verb, `${resource}.${group}/${subresource}`, namespace, name].join(' '),
    );
}

/** The rules of all roles of the installation, as text. */
async function rules(): Promise<string> {
  return JSON.stringify((await installed()).map(({ object }) => (object as { rules?: unknown }).rules));
}

describe('the ServiceAccount', () => {
  it('may do what the operator does', async () => {
    expect(await rowsWhere(false, ACCOUNT, may)).toEqual([]);
  });

  it('may do nothing else', async () => {
    expect(await rowsWhere(true, ACCOUNT, mayNot)).toEqual([]);
  });

  it('has no wildcard in any rule', async () => {
    expect(await rules()).not.toContain('*');
  });
});

describe.each<{
  readonly title: string;
  readonly values: SluiceProps;
  readonly may: Right[];
  readonly mayNot: Right[];
}>([
  {
    title: 'exposure of no kind',
    values: { exposure: { services: false, ingresses: false, httpRoutes: false } },
    may: exposures.map((kind) => `get,list,watch ${kind} flux-system`),
    mayNot: exposures.map((kind) => `create,update,patch,delete ${kind} flux-system`),
  },
  {
    title: 'addresses of nodes',
    values: { exposure: { nodePort: true } },
    may: ['get,list,watch nodes'],
    mayNot: ['create,update,patch,delete nodes', 'get nodes/proxy'],
  },
  {
    title: 'a further kind to notify',
    values: { targets: { extra: [{ group: 'example.com', plural: 'widgets' }] } },
    may: ['get,list,watch,patch widgets.example.com', `patch ${targets[0]}`],
    mayNot: ['create,update,delete widgets.example.com', 'patch gadgets.example.com'],
  },
  {
    title: 'Secrets of listed namespaces',
    values: { secrets: { namespaces: ['flux-system', 'tenant'] } },
    may: ['get secrets flux-system', 'get secrets tenant', `get,list,watch,patch ${receivers}`],
    mayNot: ['get,list,watch secrets', 'get secrets other', 'list,watch,create,update,patch,delete secrets tenant'],
  },
  {
    title: 'Secrets with URLs in listed namespaces',
    values: { exposure: { urlSecrets: { namespaces: ['tenant'] } } },
    may: ['get,create,patch,delete secrets tenant', 'get,list,watch secrets'],
    mayNot: [
      'update,deletecollection secrets tenant',
      'create,update,patch,delete secrets',
      ...['other', 'flux-system'].map((namespace) => `create,update,patch,delete secrets ${namespace}`),
    ],
  },
  {
    title: 'ServiceAccounts that BrokerReceivers may name',
    values: { sources: { serviceAccounts: ['tenant/flux-events', 'tenant/second'] } },
    may: ['flux-events', 'second'].flatMap((name) => [
      `get serviceaccounts tenant/${name}`,
      `create serviceaccounts/token tenant/${name}`,
    ]),
    mayNot: [
      'list,watch,patch serviceaccounts tenant',
      'get serviceaccounts tenant/default',
      'create serviceaccounts/token tenant/default',
      'create serviceaccounts/token tenant',
      'get serviceaccounts other/flux-events',
      'create serviceaccounts/token other/flux-events',
      'get serviceaccounts flux-system/sluice',
      'create serviceaccounts/token flux-system/sluice',
    ],
  },
  {
    title: 'one namespace alone',
    values: { watchAllNamespaces: false },
    may: [
      `get,list,watch,patch ${receivers} flux-system`,
      `patch ${receivers}/status flux-system`,
      'get,list,watch secrets flux-system',
      'create,patch events.events.k8s.io flux-system',
      ...targets.map((target) => `get,list,watch,patch ${target} flux-system`),
      `create ${leases} flux-system`,
    ],
    mayNot: [
      ...[receivers, 'secrets', ...targets].map((kind) => `get,list,watch,patch ${kind}`),
      'get secrets other',
      'get nodes',
      `get ${gateways}`,
    ],
  },
])('with values for $title', ({ values, ...rights }) => {
  beforeAll(() => install(values));

  it('it may do that and no more', async () => {
    expect(await rowsWhere(false, ACCOUNT, rights.may)).toEqual([]);
    expect(await rowsWhere(true, ACCOUNT, rights.mayNot)).toEqual([]);
    expect(await rules()).not.toContain('*');
  });
});

describe('with values for one namespace alone', () => {
  it('there is no ClusterRole but those for people', async () => {
    const { stdout } = await kubectl(['get', 'clusterroles', '-l', 'app.kubernetes.io/name=sluice', '-o', 'name']);
    expect(stdout.trim().split('\n')).toEqual([
      'clusterrole.rbac.authorization.k8s.io/sluice-brokerreceivers-edit',
      'clusterrole.rbac.authorization.k8s.io/sluice-brokerreceivers-view',
      'clusterrole.rbac.authorization.k8s.io/sluice-deliveries-view',
      'clusterrole.rbac.authorization.k8s.io/sluice-payloads-view',
      'clusterrole.rbac.authorization.k8s.io/sluice-receivers-edit',
      'clusterrole.rbac.authorization.k8s.io/sluice-receivers-view',
      'clusterrole.rbac.authorization.k8s.io/sluice-replay',
    ]);
  });
});

describe('the roles for people', () => {
  beforeAll(async () => {
    for (const role of ['view', 'edit']) {
      await kubectl(['create', 'clusterrolebinding', role, `--clusterrole=sluice-receivers-${role}`, `--user=${role}`]);
    }
    await enforced();
  });

  it('let a viewer read and an editor write Receivers, and neither the status', async () => {
    expect(await rowsWhere(false, 'view', [`get,list,watch ${receivers}`])).toEqual([]);
    expect(await rowsWhere(true, 'view', [`create,update,patch,delete ${receivers}`])).toEqual([]);
    expect(await rowsWhere(false, 'edit', [`create,update,patch,delete,deletecollection ${receivers}`])).toEqual([]);
    expect(await rowsWhere(true, 'edit', [`patch,update ${receivers}/status`, 'get secrets'])).toEqual([]);
  });

  const into = async (target: string): Promise<string[]> => {
    const selector = `rbac.authorization.k8s.io/aggregate-to-${target}=true,app.kubernetes.io/name=sluice`;
    const { stdout } = await kubectl(['get', 'clusterroles', '-l', selector, '-o', 'name']);
    return stdout
      .trim()
      .split('\n')
      .map((name) => name.replace('clusterrole.rbac.authorization.k8s.io/sluice-', ''));
  };
  const viewers = ['brokerreceivers-view', 'receivers-view'];

  it('are added to the roles of Kubernetes, but not the one that writes BrokerReceivers', async () => {
    expect(await into('view')).toEqual(viewers);
    expect(await into('edit')).toEqual(['brokerreceivers-view', 'receivers-edit', 'receivers-view']);
    expect(await into('admin')).toEqual(['brokerreceivers-view', 'receivers-edit', 'receivers-view']);
  });

  it('let whoever has that one write them, and everybody who edits where the values say so', async () => {
    const role = '--clusterrole=sluice-brokerreceivers-edit';
    await kubectl(['create', 'clusterrolebinding', 'brokers', role, '--user=brokers']);
    await enforced();
    const write = `create,update,patch,delete,deletecollection ${brokerReceivers}`;
    expect(await rowsWhere(false, 'brokers', [write])).toEqual([]);
    expect(await rowsWhere(true, 'brokers', [`patch,update ${brokerReceivers}/status`, 'get secrets'])).toEqual([]);
    expect(await rowsWhere(true, 'edit', [write])).toEqual([]);
    await install({ sources: { aggregateToEdit: true } });
    const editors = ['brokerreceivers-edit', 'brokerreceivers-view', 'receivers-edit', 'receivers-view'];
    expect(await into('edit')).toEqual(editors);
    expect(await into('admin')).toEqual(editors);
    expect(await into('view')).toEqual(viewers);
  });

  it('let whoever has them see deliveries, bodies or replay, and others where the values say so', async () => {
    const rights = {
      'deliveries-view': [
        `get ${receivers}/deliveries`,
        `get ${brokerReceivers}/deliveries`,
        `get ${alerts}/deliveries`,
      ],
      'payloads-view': [`get ${receivers}/payloads`, `get ${brokerReceivers}/payloads`],
      replay: [`create ${receivers}/replay`, `create ${brokerReceivers}/replay`],
    };
    await install();
    for (const role of Object.keys(rights)) {
      await kubectl(['create', 'clusterrolebinding', role, `--clusterrole=sluice-${role}`, `--user=${role}`]);
    }
    await enforced();
    for (const [role, own] of Object.entries(rights)) {
      const others = Object.values(rights)
        .flat()
        .filter((right) => !own.includes(right));
      expect(await rowsWhere(false, role, own)).toEqual([]);
      expect(await rowsWhere(true, role, [...others, `get ${receivers}`])).toEqual([]);
    }
    expect(await into('view')).toEqual(viewers);
    await install({ rbac: { aggregate: true } });
    expect(await into('view')).toEqual(['brokerreceivers-view', 'deliveries-view', 'receivers-view']);
    const all = [
      'brokerreceivers-view',
      'deliveries-view',
      'payloads-view',
      'receivers-edit',
      'receivers-view',
      'replay',
    ];
    expect(await into('edit')).toEqual(all);
    expect(await into('admin')).toEqual(all);
  });
});
