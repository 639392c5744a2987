// The manifests as a user gets them, on a bare cluster: applied with strict validation, twice, and with other values.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { SluiceProps } from '../../../charts-ts/index.ts';
import { type ControlPlane, startControlPlane } from '../../../control-plane/start.ts';
import { parseConfig } from '../../../operator/config.ts';
import { type ChartFolder, createChartFolder, synthesize } from '../../support/chart.ts';
import { everyValue } from '../../support/every-value.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: Record<string, unknown> } };
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);
const APPLY = ['apply', '--server-side', '--validate=strict', '-f', '-'];
const DIFF = ['diff', '--server-side', '-f', '-'];

let cluster: ControlPlane;
let folder: ChartFolder;
let manifests: string;

function kubectl(args: readonly string[], input = manifests) {
  return cluster.kubectl(args, { input });
}

/** What the API server has. */
async function stored(...args: string[]): Promise<Manifest> {
  const { code, stdout, stderr } = await kubectl(['get', ...args, '-n', 'flux-system', '-o', 'json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const named = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.namespace}/${metadata.name}`;

function documentsOf(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
}

function deploymentIn(yaml: string): Manifest {
  const found = documentsOf(yaml).find(({ kind }) => kind === 'Deployment');
  if (found === undefined) throw new Error('there is no Deployment');
  return found;
}

beforeAll(async () => {
  folder = await createChartFolder();
  [manifests, cluster] = await Promise.all([folder.cdk8s(['synth', '--stdout']), startControlPlane()]);
});

afterAll(async () => {
  await cluster?.stop();
  await folder?.remove();
});

describe('cdk8s synth', () => {
  it('writes one file, equal to what --stdout gives', async () => {
    await folder.cdk8s(['synth']);
    const output = join(folder.path, 'dist', 'manifests');
    const [file = '', ...others] = await readdir(output);
    expect(others).toEqual([]);
    expect(await readFile(join(output, file), 'utf8')).toBe(manifests);
  });

  it('writes what the construct makes, with values too', async () => {
    expect(manifests).toBe(await synthesize());
    expect(await folder.cdk8s(['synth', '--stdout'], everyValue)).toBe(await synthesize(everyValue));
  });

  it('puts the CRD first', () => {
    expect(documentsOf(manifests)[0]?.kind).toBe('CustomResourceDefinition');
  });

  it.each([
    ['service: {tipe: NodePort}', 'service.tipe is unknown; did you mean service.type?'],
    ['replicas: many', 'replicas: expected a whole number, not "many"'],
    ['replicas: 1\nreplicas: 2', 'Map keys must be unique at line 2, column 1'],
    ['extraArgs: [--concurent=8]', 'extraArgs: unknown flag --concurent; did you mean --concurrent?'],
  ])('fails for %j with one line that says where, and no other', async (values, message) => {
    const stderr = `${join(folder.path, 'values.yaml')}: ${message}\n`;
    await expect(folder.cdk8s(['synth', '--stdout'], values)).rejects.toMatchObject({ code: 1, stdout: '', stderr });
  });

  it('prints nothing beside the manifests as it is typed, whatever the newest cdk8s-cli is', async () => {
    // Where cdk8s-cli keeps what the registry answered.
    await writeFile(join(folder.path, '.cdk8s-cli.version'), '99.0.0');
    const { CDK8S_CHECK_UPGRADE: _, ...env } = process.env;
    // npm's word of its own newest version is not ours.
    const options = {
      cwd: ROOT,
      env: { ...env, npm_config_update_notifier: 'false', HOME: folder.path, SLUICE_VALUES: '' },
    };
    expect(await run('npx', ['cdk8s', 'synth', '--stdout'], options)).toEqual({ stdout: manifests, stderr: '' });
  });

  it('says in one line what else is wrong with the command', async () => {
    const stderr = "cdk8s: You need to specify '--chart-version' when '--format' is set as 'helm'.\n";
    await expect(folder.cdk8s(['synth', '--format', 'helm'])).rejects.toMatchObject({ code: 1, stdout: '', stderr });
  });

  it.each([
    ['the defaults', undefined],
    ['every value', everyValue],
    ['TLS alone', { tls: { secretName: 'webhook-tls', only: true } }],
  ])('gives the operator flags that it knows, with %s', async (_, values) => {
    const yaml = await synthesize(values);
    const [container] = deploymentIn(yaml).spec.template.spec.containers as { args: string[] }[];
    expect(parseConfig(container?.args ?? ['--none'], {})).toMatchObject({ kind: 'run', notices: [] });
  });
});

describe('kubectl apply --server-side', () => {
  it('installs on a bare cluster in one go, and again, and then finds nothing to change', async () => {
    expect(await kubectl(APPLY)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(APPLY)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(DIFF)).toMatchObject({ code: 0, stdout: '' });
  });

  it('serves Receivers then', async () => {
    await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    expect(await kubectl(['get', 'receivers', '-A'])).toMatchObject({ code: 0, stderr: 'No resources found\n' });
  });

  it('follows a change of values, and back', async () => {
    const values: SluiceProps = {
      replicas: 3,
      podLabels: { app: 'notification-controller' },
      service: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      webhook: { allowFrom: ['192.0.2.0/24'] },
    };
    const changed = await synthesize(values);
    expect(await kubectl(APPLY, changed)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(DIFF, changed)).toMatchObject({ code: 0, stdout: '' });
    expect(await stored('service', 'webhook-receiver')).toMatchObject({
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', loadBalancerSourceRanges: ['192.0.2.0/24'] },
    });
    expect(await stored('networkpolicy', 'sluice')).toMatchObject({
      spec: { ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }, {}, {}, {}] },
    });
    expect(await stored('deployment', 'sluice')).toMatchObject({
      spec: { replicas: 3, template: { metadata: { labels: values.podLabels } } },
    });

    expect(await kubectl(APPLY)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(DIFF)).toMatchObject({ code: 0, stdout: '' });
    const { spec } = await stored('service', 'webhook-receiver');
    expect(spec).toMatchObject({ type: 'ClusterIP' });
    expect(spec).not.toHaveProperty('loadBalancerSourceRanges');
  });

  it('takes every value at once', async () => {
    const exposure = await readFile(join(import.meta.dirname, '../../support/stand-ins/exposure.yaml'), 'utf8');
    await cluster.apply(exposure);
    for (const name of everyValue.secrets.namespaces) await kubectl(['create', 'namespace', name]);
    const all = await synthesize(everyValue);
    expect(await kubectl(APPLY, all)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(DIFF, all)).toMatchObject({ code: 0, stdout: '' });
    expect(await stored('service', 'webhook-receiver')).toMatchObject({
      spec: {
        type: 'LoadBalancer',
        ports: [
          { port: 80, targetPort: 9292 },
          { port: 443, targetPort: 9443 },
        ],
        loadBalancerSourceRanges: everyValue.webhook.allowFrom,
      },
    });
    const from = everyValue.webhook.allowFrom.map((cidr) => ({ ipBlock: { cidr } }));
    expect(await stored('networkpolicy', 'sluice')).toMatchObject({
      spec: {
        policyTypes: ['Ingress'],
        ingress: [
          { from, ports: [{ port: 9292 }, { port: 9443 }] },
          { ports: [{ port: 9090 }] },
          { ports: [{ port: 9081 }] },
          {},
        ],
      },
    });
    expect(await stored('networkpolicy', 'sluice-egress')).toMatchObject({ spec: { policyTypes: ['Egress'] } });
    expect(await stored('poddisruptionbudget', 'sluice')).toMatchObject({ spec: { maxUnavailable: 1 } });
    expect(await stored('ingress', 'webhook-receiver')).toMatchObject({
      spec: { ingressClassName: 'nginx', tls: [{ hosts: ['hooks.example.com'], secretName: 'hooks-tls' }] },
    });
    const { template } = (await stored('deployment', 'sluice')).spec;
    expect(template.spec).toMatchObject({
      priorityClassName: 'system-cluster-critical',
      volumes: [{ secret: { secretName: 'webhook-tls' } }, { name: 'peer-token' }],
      containers: [{ volumeMounts: [{ mountPath: '/etc/sluice/tls', readOnly: true }, { name: 'peer-token' }] }],
    });
  });
});

describe('kubectl apply -k', () => {
  const base = join(ROOT, 'kustomize');

  it('installs the base, which is what the defaults make', async () => {
    expect(await kubectl(['apply', '--server-side', '--validate=strict', '-k', base])).toMatchObject({ code: 0 });
    expect(await kubectl(DIFF)).toMatchObject({ code: 0, stdout: '' });
    const { stdout } = await kubectl(['kustomize', base]);
    const sorted = (yaml: string) => documentsOf(yaml).map(named).sort();
    expect(sorted(stdout)).toEqual(sorted(manifests));
  });

  it('takes an overlay with another image and more labels', async () => {
    const overlay = join(folder.path, 'overlay');
    await mkdir(overlay);
    await symlink(base, join(folder.path, 'base'));
    const kustomization = {
      resources: ['../base'],
      images: [{ name: 'sluice', newName: 'registry.example.com/sluice', newTag: '1.2.3' }],
      labels: [{ pairs: { team: 'platform' } }],
    };
    await writeFile(join(overlay, 'kustomization.yaml'), stringify(kustomization));
    const applied = await kubectl(['apply', '--server-side', '--validate=strict', '-k', overlay]);
    expect(applied).toMatchObject({ code: 0 });
    expect(await stored('deployment', 'sluice')).toMatchObject({
      metadata: { labels: { team: 'platform' } },
      spec: { template: { spec: { containers: [{ image: 'registry.example.com/sluice:1.2.3' }] } } },
    });
  });
});

describe.each([
  ['the defaults', undefined],
  ['every value', everyValue],
  ['TLS alone', { tls: { secretName: 'webhook-tls', only: true } }],
])('the pods, with %s', (_, values) => {
  let template: Manifest['spec']['template'];

  /** A pod of the template, and what the API server says when it is created in a namespace of the restricted level. */
  async function create(change: object = {}) {
    const { metadata, spec } = template;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'pod', namespace: 'flux-system' },
      // The class is the cluster's.
      spec: { ...spec, priorityClassName: undefined, ...change },
    };
    return await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify(pod));
  }

  beforeAll(async () => {
    const yaml = values === undefined ? manifests : await synthesize(values);
    await kubectl(APPLY, yaml);
    ({ template } = (await stored('deployment', 'sluice')).spec);
    const level = 'pod-security.kubernetes.io/enforce=restricted';
    await kubectl(['label', '--overwrite', 'namespace', 'flux-system', level]);
  });

  it('are within the restricted level', async () => {
    expect(await create()).toMatchObject({ code: 0, stderr: '' });
  });

  it('would not be without what their template says', async () => {
    const { code, stderr } = await create({ containers: [{ name: 'operator', image: 'i' }], hostNetwork: true });
    expect(code).not.toBe(0);
    expect(stderr).toContain('violates PodSecurity "restricted:latest"');
  });

  it('have a numeric user, a read-only root, no capability and the token of the account', () => {
    expect(template.spec).toMatchObject({
      serviceAccountName: 'sluice',
      automountServiceAccountToken: true,
      securityContext: { runAsNonRoot: true, runAsUser: 65532 },
      terminationGracePeriodSeconds: 60,
      topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname' }],
      containers: [
        {
          securityContext: {
            runAsUser: 65532,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          env: expect.arrayContaining([
            {
              name: 'RUNTIME_NAMESPACE',
              valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
            },
          ]),
          livenessProbe: { httpGet: { path: '/healthz', port: 9440 } },
          readinessProbe: { httpGet: { path: '/readyz', port: 9440 } },
        },
      ],
    });
  });
});

// The last, because kubectl is another field manager without --server-side.
describe('kubectl apply', () => {
  it('installs from the output folder, twice', async () => {
    const other = { namespace: 'elsewhere' };
    await folder.cdk8s(['synth'], other);
    const apply = ['apply', '--validate=strict', '-f', join(folder.path, 'dist', 'manifests')];
    expect(await kubectl(apply)).toMatchObject({ code: 0 });
    expect(await kubectl(apply)).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(['diff', '-f', join(folder.path, 'dist', 'manifests')])).toMatchObject({
      code: 0,
      stdout: '',
    });
  });
});
