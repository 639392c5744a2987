/**
 * A namespace on a real API server with a running operator, and what tests do there: Secrets, targets, Receivers,
 * webhooks.
 */

import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SluiceProps } from '../../charts-ts/index.ts';
import type { Command } from '../../control-plane/component.ts';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { fluxKinds } from '../../operator/api/flux-kinds.ts';
import { type Condition, type ObjectMeta, REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../../operator/api/receiver/receiver.ts';
import type { ResolvedRefsReason } from '../../operator/api/resolved-refs-reasons.ts';
import type { KubeObject } from '../../operator/kube/kube-client.ts';
import { installChart } from './chart.ts';
import { kubeClientFor } from './kube-client-for.ts';
import { type KubeManifest, type ObjectsIn, objectsIn } from './objects-in.ts';
import { builtOperator, type OperatorProcess, startOperatorProcess } from './operator-process.ts';
import { waitFor } from './wait-for.ts';

export const TOKEN = 'secret-token-dont-share';

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Webhook {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface EventSeen {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

export interface World {
  readonly controlPlane: ControlPlane;
  readonly namespace: string;
  readonly operator: OperatorProcess;
  /** The operator's log so far, parsed. */
  log(): Promise<Record<string, unknown>[]>;
  kubectl(...args: string[]): Promise<string>;
  /** What is in the namespace, through the API: for what is asked again and again, at a hundredth of kubectl's cost. */
  readonly objects: ObjectsIn;
  /** Creates or changes an object; metadata.namespace is filled in. */
  apply(object: KubeManifest): Promise<void>;
  secret(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  /** Creates a stand-in target. */
  target(kind: string, name: string, metadata?: Partial<ObjectMeta>): Promise<void>;
  receiver(name: string, spec: object, metadata?: Partial<ObjectMeta>): Promise<void>;
  /** Kubernetes Events about the object of that name. */
  events(name: string): Promise<readonly EventSeen[]>;
  /** The Receiver as it is now. */
  read(name: string): Promise<Receiver>;
  /** Waits for the Ready condition to have this reason, at the current generation unless it is retried. */
  reason(name: string, reason: string): Promise<Receiver>;
  /** Waits for Ready, and gives the path. */
  ready(name: string): Promise<string>;
  /** Waits for the condition ResolvedRefs to have this reason, at the current generation. */
  resolved(name: string, reason: ResolvedRefsReason): Promise<Condition>;
  /** Waits until the operator has handled what was written so far: a Receiver that comes last is Ready. */
  settled(): Promise<void>;
  requestedAt(kind: string, name: string, namespace?: string): Promise<string>;
  /** @param operator another one than the world's own. */
  post(path: string, webhook?: Webhook, operator?: OperatorProcess): Promise<Sent>;
  /** Stops the operator and starts another one. */
  restart(args?: readonly string[]): Promise<void>;
  /** Starts an operator beside the world's own, with a kubeconfig of its own if need be; the world's end is its end. */
  another(args?: readonly string[], kubeconfig?: string, env?: WorldOptions['env']): Promise<OperatorProcess>;
  end(): Promise<void>;
}

const targetVersions: ReadonlyMap<string, string> = new Map(
  fluxKinds.map(({ kind, group, versions: [newest] }) => [kind, `${group}/${newest}`]),
);

/** The conditions that Flux has not. */
export const OUR_CONDITIONS: readonly string[] = ['Exposed', 'ResolvedRefs', 'Delivering'];

export function conditionOf(receiver: Receiver, type: string): Condition | undefined {
  return receiver.status?.conditions?.find((condition) => condition.type === type);
}

/** The headers and body of a JSON webhook signed as GitHub does. */
export function signed(payload: unknown, event = 'push', token = TOKEN): Webhook {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', token).update(body).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  };
}

export interface WorldOptions {
  /** Of the manifests; default: their defaults. */
  readonly values?: SluiceProps;
  readonly args?: readonly string[];
  readonly namespace?: string;
  /** Of the operator, beside this process's own. RUNTIME_NAMESPACE is flux-system by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the operator; default: this process's Node with the bundle. */
  readonly command?: Command;
  /** Kubeconfig of the operator; default: its ServiceAccount's. */
  readonly kubeconfig?: string;
}

export async function createWorld(controlPlane: ControlPlane, options: WorldOptions = {}): Promise<World> {
  const namespace = options.namespace ?? `t-${randomUUID().slice(0, 8)}`;
  const folder = await mkdtemp(join(tmpdir(), 'sluice-world-'));
  const logFile = join(folder, 'operator.log');
  await installChart(controlPlane, options.values);
  const kubeconfig =
    options.kubeconfig ?? (await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }));

  async function kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await controlPlane.kubectl(['-n', namespace, ...args]);
    if (code !== 0) throw new Error(stderr.trim());
    return stdout;
  }

  const started: OperatorProcess[] = [];
  const usualArgs = options.args ?? ['--shutdown-delay=0s'];
  async function start(args: readonly string[], own = kubeconfig, env = options.env): Promise<OperatorProcess> {
    const ports = {
      receiver: await freePort(),
      health: await freePort(),
      metrics: await freePort(),
      page: await freePort(),
    };
    const operator = await startOperatorProcess({
      bundle: await builtOperator(),
      kubeconfig: own,
      ports,
      args,
      logFile,
      ...(env === undefined ? {} : { env }),
      ...(options.command === undefined ? {} : { command: options.command }),
      guard: controlPlane.guard,
    });
    started.push(operator);
    return operator;
  }

  const objects = objectsIn(namespace, kubeClientFor(controlPlane.adminKubeconfig));
  const { apply, get } = objects;
  await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));

  let operator = await start(usualArgs);
  const world: World = {
    controlPlane,
    namespace,
    get operator() {
      return operator;
    },
    kubectl,
    objects,
    apply,
    async log() {
      const { readFile } = await import('node:fs/promises');
      const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    secret: (name: string, data: Readonly<Record<string, string>>) =>
      apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data }),
    target: (kind: string, name: string, metadata: Partial<ObjectMeta> = {}) =>
      apply({ apiVersion: targetVersions.get(kind) ?? '', kind, metadata: { ...metadata, name }, spec: {} }),
    receiver: (name: string, spec: object, metadata: Partial<ObjectMeta> = {}) =>
      apply({ apiVersion: RECEIVER_API_VERSION, kind: 'Receiver', metadata: { ...metadata, name }, spec }),
    async events(name) {
      const events = await objects.list<EventSeen>('events.k8s.io/v1', 'Event');
      return events.filter(({ regarding }) => regarding.name === name);
    },
    read: (name) => get<Receiver>(RECEIVER_API_VERSION, RECEIVER_KIND, name),
    reason: (name: string, reason: string) =>
      waitFor(`Receiver ${name} with reason ${reason}`, async () => {
        const receiver = await world.read(name);
        const ready = conditionOf(receiver, 'Ready');
        return ready?.reason === reason && ready.observedGeneration === receiver.metadata.generation && receiver;
      }),
    ready: async (name: string) => (await world.reason(name, 'Succeeded')).status?.webhookPath ?? '',
    resolved: (name, reason) =>
      waitFor(`Receiver ${name} with targets that are ${reason}`, async () => {
        const receiver = await world.read(name);
        const found = conditionOf(receiver, 'ResolvedRefs');
        return found?.reason === reason && found.observedGeneration === receiver.metadata.generation && found;
      }),
    async settled() {
      const name = `marker-${randomUUID().slice(0, 8)}`;
      await world.secret(name, { token: TOKEN });
      await world.receiver(name, { type: 'generic', secretRef: { name }, resources: [] });
      await world.ready(name);
    },
    async requestedAt(kind, name, where = namespace) {
      const { metadata } = await get<KubeObject>(targetVersions.get(kind) ?? '', kind, name, where);
      return metadata.annotations?.[REQUESTED_AT_ANNOTATION] ?? '';
    },
    async post(path, webhook = {}, to = operator) {
      const response = await fetch(`${to.url}${path}`, {
        method: webhook.method ?? 'POST',
        headers: webhook.headers ?? {},
        ...(webhook.body === undefined ? {} : { body: new Uint8Array(Buffer.from(webhook.body)) }),
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    async restart(args: readonly string[] = usualArgs) {
      await operator.stop();
      operator = await start(args);
    },
    another: (args: readonly string[] = usualArgs, own = kubeconfig, env = options.env) => start(args, own, env),
    async end() {
      await Promise.all(started.map((operator) => operator.stop()));
      await controlPlane.kubectl(['delete', 'namespace', namespace, '--wait=false']);
      await objects.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}
