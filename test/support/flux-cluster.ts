/**
 * A cluster as Flux's own notification controller leaves it: its Deployment, Services and CRDs, and Receivers, Alerts and
 * Providers with its finalizer, status and field managers. Written for the tests, with the names of the originals.
 */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

const GROUP = 'notification.toolkit.fluxcd.io';
/** Of each kind, the oldest first: one Flux after the other stored the next one. */
const VERSIONS = {
  Receiver: ['v1beta1', 'v1beta2', 'v1'],
  Alert: ['v1beta1', 'v1beta2', 'v1beta3'],
  Provider: ['v1beta1', 'v1beta2', 'v1beta3'],
} as const;
type Kind = keyof typeof VERSIONS;
const KINDS = Object.keys(VERSIONS) as Kind[];
/** A Flux by its place among the {@link VERSIONS} that it stores. */
export type FluxGeneration = 0 | 1 | 2;

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The CRD of a Flux, which serves the version that it stores and those before. */
function crd(kind: Kind, generation: FluxGeneration): object {
  const [storage, singular] = [VERSIONS[kind][generation], kind.toLowerCase()];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${singular}s.${GROUP}`,
      annotations: { 'controller-gen.kubebuilder.io/version': 'v0.19.0' },
      labels: { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/component': 'notification-controller' },
    },
    spec: {
      group: GROUP,
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
      scope: 'Namespaced',
      versions: VERSIONS[kind].slice(0, generation + 1).map((name) => ({
        name,
        served: true,
        storage: name === storage,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
      })),
    },
  };
}

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'flux-system', labels: { 'app.kubernetes.io/part-of': 'flux' } },
};

const crdsOf = (generation: FluxGeneration) => KINDS.map((kind) => crd(kind, generation));
const asYaml = (objects: readonly object[]) => objects.map((object) => stringify(object)).join('---\n');

/** The CRDs of an older Flux, as YAML. */
export function formerFluxCrds(generation: FluxGeneration): string {
  return asYaml([namespace, ...crdsOf(generation)]);
}

const app = { app: 'notification-controller' };

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'notification-controller', namespace: 'flux-system', labels: app },
  spec: {
    replicas: 1,
    selector: { matchLabels: app },
    template: {
      metadata: { labels: app },
      spec: {
        containers: [
          {
            name: 'manager',
            image: 'ghcr.io/fluxcd/notification-controller:v1.9.3',
            ports: [
              { name: 'http-webhook', containerPort: 9292, protocol: 'TCP' },
              { name: 'http', containerPort: 9090, protocol: 'TCP' },
            ],
          },
        ],
      },
    },
  },
};

const service = (name: string, targetPort: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'flux-system', labels: app },
  spec: { type: 'ClusterIP', selector: app, ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort }] },
});

/** What `flux bootstrap` commits as `gotk-components.yaml`, as far as it matters here. */
export const fluxComponents = asYaml([
  namespace,
  ...crdsOf(2),
  deployment,
  service('webhook-receiver', 'http-webhook'),
  service('notification-controller', 'http'),
]);

const KUSTOMIZE = '--field-manager=kustomize-controller';
const NOTIFICATION = '--field-manager=notification-controller';
const finalizer = JSON.stringify({ metadata: { finalizers: ['finalizers.fluxcd.io'] } });

/**
 * An Alert of everything and its Provider, which posts to `address`, as a Flux of that generation has applied them and
 * its notification controller has marked them.
 */
export async function fluxAlert(kubectl: Kubectl, generation: FluxGeneration, address: string): Promise<void> {
  const version = VERSIONS.Alert[generation];
  const specs = {
    Provider: { type: 'generic', address },
    Alert: {
      providerRef: { name: `provider-${version}` },
      eventSeverity: 'info',
      eventSources: [{ kind: 'Kustomization', name: '*' }],
    },
  };
  for (const kind of ['Provider', 'Alert'] as const) {
    const name = `${kind.toLowerCase()}-${version}`;
    const metadata = { name, namespace: 'flux-system' };
    const object = { apiVersion: `${GROUP}/${version}`, kind, metadata, spec: specs[kind] };
    await kubectl(['apply', '--server-side', KUSTOMIZE, '-f', '-'], JSON.stringify(object));
    const patch = ['patch', `${kind.toLowerCase()}s.${version}.${GROUP}`, name, '-n', 'flux-system', '--type=merge'];
    await kubectl([...patch, NOTIFICATION, '-p', finalizer]);
    const status = { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded' }] };
    // From v1beta3 on the two have no status.
    if (generation < 2) {
      await kubectl([...patch, NOTIFICATION, '--subresource=status', '-p', JSON.stringify({ status })]);
    }
  }
}

/** A Receiver that a Flux of that generation has applied, and its notification controller has made ready. */
export async function fluxReceiver(kubectl: Kubectl, generation: FluxGeneration): Promise<void> {
  const version = VERSIONS.Receiver[generation];
  const name = `receiver-${version}`;
  const token = 'secret-token-dont-share';
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'webhook-token', namespace: 'flux-system' },
    stringData: { token },
  };
  const target = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'my-nginx', namespace: 'flux-system' },
    spec: {},
  };
  const receiver = {
    apiVersion: `${GROUP}/${version}`,
    kind: 'Receiver',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      type: 'generic',
      interval: '10m',
      secretRef: { name: 'webhook-token' },
      resources: [{ kind: 'GitRepository', name: 'my-nginx' }],
    },
  };
  const objects = [secret, target, receiver].map((object) => JSON.stringify(object)).join('\n---\n');
  await kubectl(['apply', '--server-side', KUSTOMIZE, '-f', '-'], objects);
  const webhookPath = `/hook/${createHash('sha256').update(`${token}${name}flux-system`).digest('hex')}`;
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Succeeded',
    message: `Receiver initialized for path: ${webhookPath}`,
    observedGeneration: 1,
    lastTransitionTime: '2026-01-02T03:04:05Z',
  };
  const status = { conditions: [condition], webhookPath, observedGeneration: 1 };
  const patch = ['patch', `receivers.${version}.${GROUP}`, name, '-n', 'flux-system', '--type=merge'];
  await kubectl([...patch, NOTIFICATION, '-p', finalizer]);
  await kubectl([...patch, NOTIFICATION, '--subresource=status', '-p', JSON.stringify({ status })]);
}
