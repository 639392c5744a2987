// Does what a cloud does around Receivers: addresses of Services and Ingresses, Gateways, nodes.
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../../operator/api/receiver/receiver.ts';
import { isNotFound } from '../../operator/kube/api-error.ts';
import type { KubeManifest } from './objects-in.ts';
import { waitFor } from './wait-for.ts';
import { conditionOf, TOKEN, type World } from './world.ts';

export const OPERATOR_NAMESPACE = 'flux-system';

/** The part of an object that tests read, whatever its kind. */
export interface Seen {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: the fields of any kind.
  readonly spec: any;
}

export type Kind = 'service' | 'node' | 'ingress' | 'httproute' | 'lease';
/** The kinds that a cloud works on, as kubectl calls them. */
const KINDS: Readonly<Record<Kind, readonly [apiVersion: string, kind: string]>> = {
  service: ['v1', 'Service'],
  node: ['v1', 'Node'],
  ingress: ['networking.k8s.io/v1', 'Ingress'],
  httproute: ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  lease: ['coordination.k8s.io/v1', 'Lease'],
};

export interface Cloud {
  /** kubectl in the operator's namespace. */
  kubectl(...args: string[]): Promise<string>;
  apply(object: KubeManifest): Promise<void>;
  /** Undefined: there is none of that name. */
  get(kind: Kind, name: string): Promise<Seen | undefined>;
  list(kind: Kind): Promise<readonly Seen[]>;
  /** As a cloud writes it: `status` of an object. */
  status(kind: Kind, name: string, status: object): Promise<void>;
  /** As a cloud does for a Service or an Ingress. */
  address(kind: Kind, name: string, address: { ip: string } | { hostname: string }): Promise<void>;
  /** A Secret and a Receiver, of type generic, in the namespace of the world unless given. */
  receiver(name: string, more?: { exposure?: object; namespace?: string; suspend?: boolean }): Promise<void>;
  read(name: string, namespace?: string): Promise<Receiver>;
  /** Waits until what is shown of the Receiver is so. @returns it then. */
  shown(
    name: string,
    expected: { exposed?: string; url?: string; message?: RegExp },
    namespace?: string,
  ): Promise<Receiver>;
}

export function createCloud(world: World): Cloud {
  const { controlPlane } = world;

  async function kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await controlPlane.kubectl(['-n', OPERATOR_NAMESPACE, ...args]);
    if (code !== 0) throw new Error(stderr.trim());
    return stdout;
  }
  const { objects } = world;
  const apply = (object: KubeManifest): Promise<void> =>
    objects.apply({ ...object, metadata: { namespace: OPERATOR_NAMESPACE, ...object.metadata } });
  const cloud: Cloud = {
    kubectl,
    apply,
    status: (kind, name, status) => objects.status(...KINDS[kind], name, status, OPERATOR_NAMESPACE),
    async get(kind, name) {
      try {
        return await objects.get<Seen>(...KINDS[kind], name, OPERATOR_NAMESPACE);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list: (kind) => objects.list<Seen>(...KINDS[kind], OPERATOR_NAMESPACE),
    address: (kind, name, address) => cloud.status(kind, name, { loadBalancer: { ingress: [address] } }),
    async receiver(name, { namespace = world.namespace, ...more } = {}) {
      const metadata = { name, namespace };
      await apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: TOKEN } });
      const resources = [{ kind: 'GitRepository', name }];
      const spec = { type: 'generic', secretRef: { name }, resources, ...more };
      await apply({ apiVersion: RECEIVER_API_VERSION, kind: 'Receiver', metadata, spec });
    },
    read: (name, namespace = world.namespace) =>
      objects.get<Receiver>(RECEIVER_API_VERSION, RECEIVER_KIND, name, namespace),
    async shown(name, expected, namespace) {
      let last = '';
      return waitFor(`Receiver ${name}: ${JSON.stringify(expected)}`, async () => {
        const receiver = await cloud.read(name, namespace);
        const condition = conditionOf(receiver, 'Exposed');
        const { url = '', webhookPath = '' } = receiver.status ?? {};
        last = `${condition?.status} ${condition?.reason} ${condition?.message} ${url}`;
        const isSo =
          (expected.exposed === undefined || `${condition?.status} ${condition?.reason}` === expected.exposed) &&
          (expected.url === undefined || url === (expected.url && `${expected.url}${webhookPath}`)) &&
          (expected.message === undefined || expected.message.test(condition?.message ?? '')) &&
          condition?.observedGeneration === receiver.metadata.generation;
        if (!isSo) throw new Error(`it shows ${last}`);
        return receiver;
      });
    },
  };
  return cloud;
}

/** How often the operator has sent such requests, by its own metrics. */
export const requestsSent = (world: World, method: string): Promise<number> =>
  sumOf(world, 'rest_client_requests_total', `method="${method}"`);

/** Waits until each of so many objects was reconciled since the operator began, and nothing is left to do. */
export async function reconciled(world: World, queue: string, objects: number): Promise<void> {
  const label = `name="${queue}"`;
  await waitFor(`${objects} objects reconciled by ${queue}`, async () => {
    const done = await sumOf(world, 'workqueue_work_duration_seconds_count', label);
    return done >= objects && done === (await sumOf(world, 'workqueue_adds_total', label));
  });
}

/** The sum of a metric's series with that label. */
async function sumOf(world: World, metric: string, label: string): Promise<number> {
  const text = await (await fetch(world.operator.metricsUrl)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
