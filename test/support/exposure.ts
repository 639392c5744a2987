// Does what a cloud does around Receivers: addresses of Services and Ingresses, Gateways, nodes.
import { RECEIVER_API_VERSION, type Receiver } from '../../operator/api/receiver/receiver.ts';
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

export interface Cloud {
  /** kubectl in the operator's namespace. */
  kubectl(...args: string[]): Promise<string>;
  apply(object: KubeManifest): Promise<void>;
  /** Undefined: there is none of that name. */
  get(kind: string, name: string): Promise<Seen | undefined>;
  list(kind: string, selector?: string): Promise<readonly Seen[]>;
  /** As a cloud writes it: `status` of an object. */
  status(kind: string, name: string, status: object): Promise<void>;
  /** As a cloud does for a Service or an Ingress. */
  address(kind: string, name: string, address: { ip: string } | { hostname: string }): Promise<void>;
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
  const apply = (object: KubeManifest): Promise<void> =>
    controlPlane.apply(JSON.stringify({ ...object, metadata: { namespace: OPERATOR_NAMESPACE, ...object.metadata } }));
  const status = async (kind: string, name: string, value: object): Promise<void> => {
    const patch = JSON.stringify({ status: value });
    await kubectl('patch', kind, name, '--subresource=status', '--type=merge', '-p', patch);
  };
  const cloud: Cloud = {
    kubectl,
    apply,
    status,
    async get(kind, name) {
      const found = await kubectl('get', kind, name, '--ignore-not-found', '-o', 'json');
      return found === '' ? undefined : (JSON.parse(found) as Seen);
    },
    async list(kind, selector = '') {
      const found = await kubectl('get', kind, '-l', selector, '-o', 'json');
      return (JSON.parse(found) as { items: Seen[] }).items;
    },
    address: (kind, name, address) => status(kind, name, { loadBalancer: { ingress: [address] } }),
    async receiver(name, { namespace = world.namespace, ...more } = {}) {
      const metadata = { name, namespace };
      await apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: TOKEN } });
      const resources = [{ kind: 'GitRepository', name }];
      const spec = { type: 'generic', secretRef: { name }, resources, ...more };
      await apply({ apiVersion: RECEIVER_API_VERSION, kind: 'Receiver', metadata, spec });
    },
    async read(name, namespace = world.namespace) {
      return JSON.parse(await kubectl('-n', namespace, 'get', 'receiver', name, '-o', 'json')) as Receiver;
    },
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
export async function requestsSent(world: World, method: string): Promise<number> {
  const text = await (await fetch(world.operator.metricsUrl)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('rest_client_requests_total{'));
  return lines
    .filter((line) => line.includes(`method="${method}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
