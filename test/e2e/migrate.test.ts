// docs/migrate.md and docs/uninstall.md, walked command by command, from a cluster as Flux's own controller leaves it.
import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { freePorts } from '../../control-plane/free-port.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import type { Receiver } from '../../operator/api/receiver/receiver.ts';
import { eventBody } from '../support/alerts/alert-world.ts';
import { type Recorder, startRecorder } from '../support/alerts/recorder.ts';
import { type ChartFolder, createChartFolder } from '../support/chart.ts';
import { commandsOf, fencesOf } from '../support/document.ts';
import { fluxAlert, fluxComponents, fluxReceiver, formerFluxCrds } from '../support/flux-cluster.ts';
import { builtOperator, type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MIGRATE = 'docs/migrate.md';
const UNINSTALL = 'docs/uninstall.md';
const PRUNE = 'kustomize.toolkit.fluxcd.io/prune';
const execute = promisify(execFile);

interface Stored {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Record<string, string>;
    readonly managedFields?: readonly { readonly manager: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: of several kinds.
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: of several kinds.
  readonly status?: any;
}

let cluster: ControlPlane;
let folder: ChartFolder;
let operator: OperatorProcess | undefined;
/** The Receivers as Flux's controller left them. */
let before: readonly Receiver[];
let alertsBefore: readonly Stored[];
/** The service of the Providers. */
let recorder: Recorder;
let eventsUrl: string;
/** Of the commands; an `export` changes it. */
let env: NodeJS.ProcessEnv;

async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function get<T = Stored>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(['get', '-n', 'flux-system', '-o', 'json', '--show-managed-fields', ...args]));
}

const receivers = async () => (await get<{ items: Receiver[] }>('receivers', '-A')).items;
/** What nothing on the way may change. */
const identityOf = ({ metadata, spec, status }: Receiver) => ({
  uid: metadata.uid,
  spec,
  webhookPath: status?.webhookPath,
});

const alertsAndProviders = async () => (await get<{ items: Stored[] }>('alerts,providers', '-A')).items;
const idOf = ({ kind, metadata: { name, uid }, spec }: Stored) => ({ kind, name, uid, spec });
const finalizersOf = (objects: readonly Stored[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.finalizers ?? []);

async function startOperator(): Promise<void> {
  const [receiver, health, metrics, events] = await freePorts(4);
  eventsUrl = `http://127.0.0.1:${events}/`;
  operator = await startOperatorProcess({
    bundle: await builtOperator(),
    kubeconfig: await cluster.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }),
    ports: { receiver, health, metrics, events },
    args: ['--enable-leader-election', '--shutdown-delay=0s', '--tenant-exposure=Service'],
    logFile: join(cluster.dir, 'operator.log'),
    guard: cluster.guard,
  });
}

async function stopOperator(): Promise<void> {
  await operator?.stop();
  operator = undefined;
}

/** Runs the commands under a heading. Nothing here runs pods, so the operator starts as a process in their place. */
async function walk(document: string, heading: string): Promise<string> {
  let printed = '';
  for (const command of await commandsOf(document, heading)) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(command) ?? [];
    if (name !== undefined) env[name] = value;
    else if (command.includes('rollout status deployment/sluice')) await startOperator();
    else {
      const { stdout } = await execute('bash', ['-euo', 'pipefail', '-c', command], { cwd: folder.path, env });
      printed += stdout;
    }
  }
  return printed;
}

/** Applies what kustomize builds as Flux's kustomize-controller does, and deletes what is no longer in it, unless marked. */
function kustomizeController(path: string) {
  const keyOf = ({ kind, metadata }: Stored) => [kind, metadata.name] as const;
  let inventory: (readonly [kind: string, name: string])[] = [];
  return async (patches = ''): Promise<void> => {
    await writeFile(join(path, 'kustomization.yaml'), `resources: [gotk-components.yaml]\n${patches}`);
    const built = await kubectl(['kustomize', path]);
    const manager = '--field-manager=kustomize-controller';
    await kubectl(['apply', '--server-side', '--force-conflicts', manager, '-f', '-'], built);
    const wanted = parseAllDocuments(built).map((document) => keyOf(document.toJS()));
    const gone = inventory.filter(([kind, name]) => !wanted.some((each) => each[0] === kind && each[1] === name));
    inventory = wanted;
    for (const [kind, name] of gone) {
      const { metadata } = await get(kind, name);
      if (metadata.annotations?.[PRUNE] !== 'disabled') await kubectl(['delete', kind, name, '-n', 'flux-system']);
    }
  };
}

let reconcile: ReturnType<typeof kustomizeController>;

/** A folder on the PATH in which the commands of the documents are those of this repository. */
async function writeCommands(bin: string): Promise<void> {
  const scripts = {
    kubectl: `exec ${cluster.facts.kubectlCommand.join(' ')} "$@"`,
    npx: `exec "${ROOT}/node_modules/.bin/$1" "\${@:2}"`,
  };
  await mkdir(bin);
  for (const [name, command] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/usr/bin/env bash\n${command}\n`);
    await chmod(join(bin, name), 0o755);
  }
}

beforeAll(async () => {
  [folder, cluster] = await Promise.all([createChartFolder(), startControlPlane({ ours: true })]);
  await symlink(join(ROOT, 'examples'), join(folder.path, 'examples'));
  const bin = join(folder.path, 'bin');
  await writeCommands(bin);
  env = {
    ...process.env,
    PATH: [bin, join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    KUBECONFIG: cluster.adminKubeconfig,
    KUBECACHEDIR: join(cluster.dir, 'kubectl-cache'),
    CDK8S_CHECK_UPGRADE: 'false',
  };
  await cluster.applyStandIns();
  const flux = join(folder.path, 'flux-system');
  await mkdir(flux);
  await writeFile(join(flux, 'gotk-components.yaml'), fluxComponents);
  reconcile = kustomizeController(flux);
  recorder = await startRecorder();
  const address = `http://${recorder.host}/hook`;
  // Older ones stored their objects in v1beta1, then in v1beta2.
  for (const generation of [0, 1, 2] as const) {
    if (generation === 2) await reconcile();
    else await cluster.apply(formerFluxCrds(generation));
    await fluxReceiver(kubectl, generation);
    await fluxAlert(kubectl, generation, address);
  }
  await kubectl([
    'expose',
    'deployment',
    'notification-controller',
    '-n',
    'flux-system',
    '--name=receiver',
    '--port=80',
    '--target-port=9292',
  ]);
  before = await receivers();
  alertsBefore = await alertsAndProviders();
});

afterAll(async () => {
  await stopOperator();
  await recorder?.close();
  await cluster?.stop();
  await folder?.remove();
});

describe('the cluster of Flux', () => {
  it('has three storage versions and the marks of its controllers', async () => {
    const crd = await get('crd', 'receivers.notification.toolkit.fluxcd.io');
    expect(crd.status.storedVersions).toEqual(['v1beta1', 'v1beta2', 'v1']);
    expect(before).toHaveLength(3);
    for (const { metadata } of before) {
      expect(metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
      const managers = (metadata as Stored['metadata']).managedFields?.map(({ manager }) => manager);
      expect(managers).toEqual(expect.arrayContaining(['kustomize-controller', 'notification-controller']));
    }
    expect(alertsBefore).toHaveLength(6);
    for (const { metadata } of alertsBefore) expect(metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
    for (const kind of ['alerts', 'providers']) {
      const { status } = await get('crd', `${kind}.notification.toolkit.fluxcd.io`);
      expect(status.storedVersions).toEqual(['v1beta1', 'v1beta2', 'v1beta3']);
    }
  });
});

const SLUICE = { 'app.kubernetes.io/component': 'operator', 'app.kubernetes.io/name': 'sluice' };

/** Posts an event as kustomize-controller does, and waits until each of the three Providers has delivered it. */
async function expectDelivery(): Promise<void> {
  const message = `applied ${recorder.requests.length}`;
  const answer = await fetch(eventsUrl, { method: 'POST', body: eventBody('flux-system', { name: 'apps', message }) });
  expect(answer.status).toBe(202);
  await waitFor('three notifications', () => {
    return recorder.requests.filter(({ body }) => JSON.parse(body).message === message).length === 3;
  });
}

/** What has to be true of Alerts and Providers when Sluice has taken over. */
async function expectAlerting(): Promise<void> {
  const now = await alertsAndProviders();
  expect(now.map(idOf)).toEqual(alertsBefore.map(idOf));
  expect(now.map(({ status }) => status)).toEqual(Array(6).fill(undefined));
  // As Flux does: an Alert is released at once, a Provider when it is deleted.
  await waitFor('the Alerts to be released', async () => {
    return finalizersOf(await alertsAndProviders(), 'Alert').flat().length === 0;
  });
  expect(finalizersOf(now, 'Provider')).toEqual(Array(3).fill(['finalizers.fluxcd.io']));
  const { spec } = await get('service', 'notification-controller');
  expect(spec.selector).toEqual(SLUICE);
  expect(spec.ports).toMatchObject([{ port: 80, targetPort: 9090 }]);
  await expectDelivery();
}

/** What has to be true when Sluice has taken over. */
async function expectSluice(): Promise<void> {
  const now = await receivers();
  expect(now.map(identityOf)).toEqual(before.map(identityOf));
  for (const { metadata, status } of now) {
    expect(metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  }
  const answers = await Promise.all(
    now.map(({ status }) => fetch(`${operator?.url}${status?.webhookPath}`, { method: 'POST' })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const labels = (await get('deployment', 'sluice')).spec.template.metadata.labels;
  const service = await get('service', 'webhook-receiver');
  expect(service.spec.selector).toEqual(SLUICE);
  expect(service.spec.ports).toMatchObject([{ port: 80, targetPort: 9292 }]);
  // The one that the guide has people write.
  expect(labels).toMatchObject((await get('service', 'receiver')).spec.selector);
  await expectAlerting();
}

describe('from flux bootstrap to Sluice', () => {
  it('marks what must stay, and leaves it out', async () => {
    await walk(MIGRATE, 'Back up');
    const [mark, leaveOut] = await fencesOf(MIGRATE, 'Installed by flux bootstrap', 'yaml');
    const [crdsMarked = '', servicesMarked = '', ...after] = await commandsOf(MIGRATE, 'Installed by flux bootstrap');
    await reconcile(mark);
    expect((await execute('bash', ['-c', crdsMarked], { env })).stdout).toBe('disabled\n'.repeat(3));
    expect((await execute('bash', ['-c', servicesMarked], { env })).stdout).toBe('disabled\n'.repeat(2));
    await reconcile(leaveOut);
    for (const command of after) await execute('bash', ['-c', command], { env });
    expect((await receivers()).map(identityOf)).toEqual(before.map(identityOf));
    expect((await alertsAndProviders()).map(idOf)).toEqual(alertsBefore.map(idOf));
  });

  it('needs --force-conflicts, because Flux still owns fields', async () => {
    const command = 'npx cdk8s synth --stdout | kubectl apply --server-side --dry-run=server -f -';
    const refused = execute('bash', ['-c', command], { cwd: folder.path, env });
    await expect(refused).rejects.toMatchObject({
      stderr: expect.stringMatching(/conflicts? with "kustomize-controller"[\s\S]*\.spec\.versions/),
    });
  });

  it('installs Sluice, which serves the same Receivers under the same paths, and the same Alerts', async () => {
    expect(await walk(MIGRATE, 'Install Sluice')).toContain('deployment.apps/sluice serverside-applied');
    await expectSluice();
    const { status } = await get('crd', 'receivers.notification.toolkit.fluxcd.io');
    expect(status.storedVersions).toEqual(['v1beta1', 'v1beta2', 'v1']);
  });

  it('is not undone by the next reconcile of Flux', async () => {
    const [, leaveOut] = await fencesOf(MIGRATE, 'Installed by flux bootstrap', 'yaml');
    await reconcile(leaveOut);
    await expectSluice();
  });
});

describe('back to Flux', () => {
  it('deletes nothing of Receivers, Alerts and Providers, and leaves nothing of Sluice', async () => {
    await walk(MIGRATE, 'Stop Sluice');
    await stopOperator();
    await reconcile();
    await walk(MIGRATE, 'Delete the rest of Sluice');
    expect((await receivers()).map(identityOf)).toEqual(before.map(identityOf));
    expect((await alertsAndProviders()).map(idOf)).toEqual(alertsBefore.map(idOf));
    for (const name of ['webhook-receiver', 'notification-controller']) {
      expect((await get('service', name)).spec.selector).toEqual({ app: 'notification-controller' });
    }
    const components: Stored[] = parseAllDocuments(fluxComponents).map((document) => document.toJS());
    const crds = components.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(crds).toHaveLength(3);
    for (const { metadata, spec } of crds) {
      expect((await get('crd', metadata.name)).spec.versions).toMatchObject(spec.versions);
    }
    const kinds = 'deployments,networkpolicies,poddisruptionbudgets,roles,rolebindings,serviceaccounts,leases';
    const left = await kubectl(['get', kinds, '-n', 'flux-system', '-o', 'name']);
    expect(left).not.toContain('sluice');
    expect(await kubectl(['get', 'clusterroles,clusterrolebindings', '-o', 'name'])).not.toContain('sluice');
  });
});

describe('from flux install to Sluice', () => {
  it('stops the controller, and installs', async () => {
    await walk(MIGRATE, 'Installed by flux install');
    expect((await get('deployment', 'notification-controller')).spec.replicas).toBe(0);
    await walk(MIGRATE, 'Install Sluice');
    await expectSluice();
  });
});

describe('uninstalling', () => {
  const requested = () => kubectl(['get', 'services', '-A', '-l', 'sluice/receiver-name', '-o', 'name']);

  it('deletes what Receivers requested, and releases their finalizer', async () => {
    await kubectl(['create', 'namespace', 'tenant']);
    await kubectl(['create', 'secret', 'generic', 'webhook-token', '-n', 'tenant', '--from-literal=token=theirs']);
    const [{ spec } = { spec: {} }] = before;
    for (const namespace of ['flux-system', 'tenant']) {
      const metadata = { name: 'exposed', namespace };
      const exposure = { service: { type: 'ClusterIP' } };
      const apiVersion = 'notification.toolkit.fluxcd.io/v1';
      const receiver = { apiVersion, kind: 'Receiver', metadata, spec: { ...spec, exposure } };
      await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(receiver));
    }
    await waitFor('both Services', async () => (await requested()).trim().split('\n').length === 2);
    const theirs = (await receivers()).find(({ metadata }) => metadata.namespace === 'tenant');
    expect(theirs?.metadata.finalizers).toEqual(['sluice/exposure']);

    await walk(UNINSTALL, '1. Remove the requested exposure');
    const question = (await commandsOf(UNINSTALL, '1. Remove the requested exposure')).at(-1) ?? '';
    await waitFor(
      'nothing to be printed',
      async () => (await execute('bash', ['-c', question], { env })).stdout === '',
    );
    await waitFor('no Service', async () => (await requested()) === '');
    expect((await receivers()).filter(({ spec }) => 'exposure' in spec)).toEqual([]);
  });

  it('deletes Receivers, Alerts and Providers, which wait for no finalizer', async () => {
    await walk(UNINSTALL, '2. Delete Receivers, Alerts and Providers');
    expect(await receivers()).toEqual([]);
    expect(await alertsAndProviders()).toEqual([]);
  });

  it('deletes the operator and the CRDs, and not the namespace', async () => {
    await stopOperator();
    await walk(UNINSTALL, '3. Delete the operator');
    await walk(UNINSTALL, '4. Delete the CRDs');
    const kinds = 'deployments,services,networkpolicies,poddisruptionbudgets,roles,rolebindings,serviceaccounts,leases';
    const left = await kubectl(['get', `${kinds},clusterroles,clusterrolebindings`, '-A', '-o', 'name']);
    expect(left).not.toMatch(/sluice|webhook-receiver|service\/notification-controller/);
    expect(await kubectl(['get', 'crds', '-o', 'name'])).not.toContain('notification.toolkit');
    expect((await get('namespace', 'flux-system')).status.phase).toBe('Active');
    await rm(join(folder.path, 'notification-objects.yaml'));
  });

  it('after which nothing is left to wait for', () =>
    waitFor(
      'the pods to be gone',
      async () => (await kubectl(['get', 'pods', '-A', '-l', 'app.kubernetes.io/name=sluice', '-o', 'name'])) === '',
    ));
});
