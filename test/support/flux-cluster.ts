/**
 * A cluster as Flux's own notification controller leaves it: its Deployment, Service and CRD, and Receivers with its
 * finalizer, status and field managers. Written for the tests, with the names of the originals.
 */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

const GROUP = 'notification.toolkit.fluxcd.io';
const VERSIONS = ['v1beta1', 'v1beta2', 'v1'] as const;
type Version = (typeof VERSIONS)[number];

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The CRD of a Flux that stored its Receivers in `storage`, and served that version and those before. */
function crd(storage: Version): object {
  const served = VERSIONS.slice(0, VERSIONS.indexOf(storage) + 1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `receivers.${GROUP}`,
      annotations: { 'controller-gen.kubebuilder.io/version': 'v0.19.0' },
      labels: { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/component': 'notification-controller' },
    },
    spec: {
      group: GROUP,
      names: { kind: 'Receiver', listKind: 'ReceiverList', plural: 'receivers', singular: 'receiver' },
      scope: 'Namespaced',
      versions: served.map((name) => ({
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

/** The CRD of an older Flux, as YAML. */
export function formerFluxCrd(storage: Version): string {
  return [namespace, crd(storage)].map((object) => stringify(object)).join('---\n');
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
            ports: [{ name: 'http-webhook', containerPort: 9292, protocol: 'TCP' }],
          },
        ],
      },
    },
  },
};

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'webhook-receiver', namespace: 'flux-system', labels: app },
  spec: {
    type: 'ClusterIP',
    selector: app,
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http-webhook' }],
  },
};

/** What `flux bootstrap` commits as `gotk-components.yaml`, as far as it matters here. */
export const fluxComponents = [namespace, crd('v1'), deployment, service]
  .map((object) => stringify(object))
  .join('---\n');

/** A Receiver that Flux has applied in that version, and its notification controller has made ready. */
export async function fluxReceivers(kubectl: Kubectl, version: Version): Promise<void> {
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
  await kubectl(['apply', '--server-side', '--field-manager=kustomize-controller', '-f', '-'], objects);
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
  const manager = '--field-manager=notification-controller';
  await kubectl([...patch, manager, '-p', JSON.stringify({ metadata: { finalizers: ['finalizers.fluxcd.io'] } })]);
  await kubectl([...patch, manager, '--subresource=status', '-p', JSON.stringify({ status })]);
}
