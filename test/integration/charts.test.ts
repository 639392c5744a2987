// The manifests as a user gets them, on a bare cluster: applied twice, within the restricted Pod Security level, and
// with the rights that the operator needs and no others.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import { parseConfig } from '../../operator/config.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ACCOUNT = 'system:serviceaccount:flux-system:sluice';
const run = promisify(execFile);

let cluster: ControlPlane;
let folder: string;
let manifests: string;

/** Runs `cdk8s` in a copy of the app's folder, because it wipes the output folder, which others use as well. */
async function cdk8s(...args: string[]): Promise<string> {
  const bin = join(ROOT, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, CDK8S_CHECK_UPGRADE: 'false' };
  const { stdout } = await run(process.execPath, [join(bin, 'cdk8s'), ...args], { cwd: folder, env });
  return stdout;
}

function kubectl(args: readonly string[], input = manifests) {
  return cluster.kubectl(args, { input });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-charts-'));
  await cp(join(ROOT, 'cdk8s.yaml'), join(folder, 'cdk8s.yaml'));
  await symlink(join(ROOT, 'charts-ts'), join(folder, 'charts-ts'));
  [manifests, cluster] = await Promise.all([cdk8s('synth', '--stdout'), startControlPlane()]);
});

afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Manifest {
  readonly kind: string;
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: Record<string, unknown> } };
}

function deployment(): Manifest {
  const all = parseAllDocuments(manifests).map((document) => document.toJS() as Manifest);
  const found = all.find(({ kind }) => kind === 'Deployment');
  if (found === undefined) throw new Error('there is no Deployment');
  return found;
}

describe('cdk8s synth', () => {
  it('writes one file, equal to what --stdout gives', async () => {
    await cdk8s('synth');
    const output = join(folder, 'dist', 'manifests');
    const [file = '', ...others] = await readdir(output);
    expect(others).toEqual([]);
    expect(await run('cat', [join(output, file)])).toMatchObject({ stdout: manifests });
  });

  it('gives the operator flags that it knows', () => {
    const [container] = deployment().spec.template.spec.containers as { args: string[] }[];
    expect(parseConfig(container?.args ?? ['--none'], {})).toMatchObject({ kind: 'run', notices: [] });
  });
});

describe('kubectl apply --server-side', () => {
  it('installs on a bare cluster in one go, and again, and then finds nothing to change', async () => {
    const apply = ['apply', '--server-side', '--validate=strict', '-f', '-'];
    expect(await kubectl(apply)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(apply)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(['diff', '--server-side', '-f', '-'])).toMatchObject({ code: 0, stdout: '' });
  });

  it('serves Receivers then', async () => {
    await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    expect(await kubectl(['get', 'receivers', '-A'])).toMatchObject({ code: 0, stderr: 'No resources found\n' });
  });
});

describe('the pods', () => {
  /** A pod of the template, and what the API server says when it is created in a namespace of the restricted level. */
  async function create(change: (spec: Record<string, unknown>) => object) {
    const { metadata, spec } = deployment().spec.template;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'pod', namespace: 'flux-system' },
      spec: { ...spec, ...change(spec) },
    };
    return await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify(pod));
  }

  beforeAll(async () => {
    await kubectl(['label', 'namespace', 'flux-system', 'pod-security.kubernetes.io/enforce=restricted']);
  });

  it('are within the restricted level', async () => {
    expect(await create(() => ({}))).toMatchObject({ code: 0, stderr: '' });
  });

  it('would not be without what their template says', async () => {
    const { code, stderr } = await create(() => ({
      containers: [{ name: 'operator', image: 'i' }],
      hostNetwork: true,
    }));
    expect(code).not.toBe(0);
    expect(stderr).toContain('violates PodSecurity "restricted:latest"');
  });

  it('have a numeric user, a read-only root, no capability and the token of the account', async () => {
    const { stdout } = await kubectl(['get', 'deployment', 'sluice', '-n', 'flux-system', '-o', 'json']);
    const { spec } = JSON.parse(stdout).spec.template;
    expect(spec).toMatchObject({
      serviceAccountName: 'sluice',
      automountServiceAccountToken: true,
      securityContext: { runAsNonRoot: true, runAsUser: 65532 },
      terminationGracePeriodSeconds: 60,
    });
    expect(spec.containers[0]).toMatchObject({
      securityContext: {
        runAsUser: 65532,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      env: expect.arrayContaining([
        { name: 'RUNTIME_NAMESPACE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
      ]),
      livenessProbe: { httpGet: { path: '/healthz', port: 9440 } },
      readinessProbe: { httpGet: { path: '/readyz', port: 9440 } },
    });
  });
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

const targets = [
  'buckets.source.toolkit.fluxcd.io',
  'gitrepositories.source.toolkit.fluxcd.io',
  'helmcharts.source.toolkit.fluxcd.io',
  'helmrepositories.source.toolkit.fluxcd.io',
  'ocirepositories.source.toolkit.fluxcd.io',
  'externalartifacts.source.toolkit.fluxcd.io',
  'artifactgenerators.source.extensions.fluxcd.io',
  'imagerepositories.image.toolkit.fluxcd.io',
  'imagepolicies.image.toolkit.fluxcd.io',
  'imageupdateautomations.image.toolkit.fluxcd.io',
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'helmreleases.helm.toolkit.fluxcd.io',
];
const receivers = 'receivers.notification.toolkit.fluxcd.io';
const leases = 'leases.coordination.k8s.io';
const doors = ['services', 'ingresses.networking.k8s.io', 'httproutes.gateway.networking.k8s.io'];

const may: readonly Right[] = [
  `get,list,watch,patch ${receivers}`,
  `patch ${receivers}/status`,
  'get,list,watch secrets',
  'create,patch events.events.k8s.io',
  ...targets.map((target) => `get,list,watch,patch ${target}`),
  `create ${leases} flux-system`,
  `get,update ${leases} flux-system/sluice-leader-election`,
  ...doors.map((door) => `get,list,watch,create,patch,delete ${door} flux-system`),
  'get,list,watch deployments.apps flux-system',
  'get,list,watch gateways.gateway.networking.k8s.io',
];

const mayNot: readonly Right[] = [
  'create,update,patch,delete,deletecollection secrets',
  'create,update,patch,delete secrets flux-system',
  `create,update,delete,deletecollection ${receivers}`,
  `update,delete ${receivers}/status`,
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
  ...doors.flatMap((door) => [
    `get,list,patch,create,delete ${door} default`,
    `update,deletecollection ${door} flux-system`,
  ]),
  'create,patch,update,delete deployments.apps flux-system',
  'get,list deployments.apps default',
  'create,patch,update,delete gateways.gateway.networking.k8s.io',
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
  const reviews = rows.map((resourceAttributes) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups: ['system:authenticated', 'system:serviceaccounts'], resourceAttributes },
  }));
  const input = reviews.map((review) => JSON.stringify(review)).join('\n---\n');
  const { stdout } = await kubectl(['create', '-o', 'jsonpath={.status.allowed}{"\\n"}', '-f', '-'], input);
  const answers = stdout.trim().split('\n');
  expect(answers).toHaveLength(rows.length);
  return rows
    .filter((_, row) => answers[row] === String(allowed))
    .map(({ verb, group, resource, subresource, namespace, name }) =>
      [verb, `${resource}.${group}/${subresource}`, namespace, name].join(' '),
    );
}

describe('the ServiceAccount', () => {
  it('may do what the operator does', async () => {
    expect(await rowsWhere(false, ACCOUNT, may)).toEqual([]);
  });

  it('may do nothing else', async () => {
    expect(await rowsWhere(true, ACCOUNT, mayNot)).toEqual([]);
  });

  it('has no wildcard in any rule', async () => {
    const { stdout } = await kubectl(['get', 'clusterrole/sluice', 'role/sluice', '-n', 'flux-system', '-o', 'json']);
    expect(JSON.stringify(JSON.parse(stdout).items.map(({ rules }: { rules: unknown }) => rules))).not.toContain('*');
  });
});

describe('the roles for people', () => {
  beforeAll(async () => {
    for (const role of ['view', 'edit']) {
      await kubectl(['create', 'clusterrolebinding', role, `--clusterrole=sluice-receivers-${role}`, `--user=${role}`]);
    }
  });

  it('let a viewer read and an editor write Receivers, and neither the status', async () => {
    expect(await rowsWhere(false, 'view', [`get,list,watch ${receivers}`])).toEqual([]);
    expect(await rowsWhere(true, 'view', [`create,update,patch,delete ${receivers}`])).toEqual([]);
    expect(await rowsWhere(false, 'edit', [`create,update,patch,delete,deletecollection ${receivers}`])).toEqual([]);
    expect(await rowsWhere(true, 'edit', [`patch,update ${receivers}/status`, 'get secrets'])).toEqual([]);
  });

  it('are added to the roles of Kubernetes', async () => {
    const into = async (target: string): Promise<string[]> => {
      const selector = `rbac.authorization.k8s.io/aggregate-to-${target}=true,app.kubernetes.io/name=sluice`;
      const { stdout } = await kubectl(['get', 'clusterroles', '-l', selector, '-o', 'name']);
      return stdout
        .trim()
        .split('\n')
        .map((name) => name.replace('clusterrole.rbac.authorization.k8s.io/', ''));
    };
    expect(await into('view')).toEqual(['sluice-receivers-view']);
    expect(await into('edit')).toEqual(['sluice-receivers-edit', 'sluice-receivers-view']);
    expect(await into('admin')).toEqual(['sluice-receivers-edit', 'sluice-receivers-view']);
  });
});
