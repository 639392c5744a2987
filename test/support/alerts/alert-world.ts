/** A world whose operator takes events, and a service that its Providers name. */
import { freePort } from '../../../control-plane/free-port.ts';
import type { ControlPlane } from '../../../control-plane/start.ts';
import { createWorld, type World, type WorldOptions } from '../world.ts';
import { type Recorder, type RecorderAnswer, startRecorder } from './recorder.ts';

const API_VERSION = 'notification.toolkit.fluxcd.io/v1beta3';

export interface AlertWorld {
  readonly world: World;
  readonly recorder: Recorder;
  /** `http://127.0.0.1:port/` of the operator's event server. */
  readonly eventsUrl: string;
  provider(name: string, spec: object): Promise<void>;
  alert(name: string, spec: object): Promise<void>;
  /** Posts an event of a Kustomization. @returns the status of the answer. */
  post(event: PostedEvent): Promise<number>;
  /** Posts a body. */
  send(body: string, path?: string): Promise<Response>;
  /** The messages that the service was sent at a path, in their order. */
  messagesAt(path: string): string[];
  end(): Promise<void>;
}

export interface PostedEvent {
  readonly name: string;
  readonly message: string;
  readonly severity?: string;
  /** Default: the world's. */
  readonly namespace?: string;
}

export interface AlertWorldOptions {
  readonly args?: readonly string[];
  readonly answers?: readonly RecorderAnswer[];
  readonly world?: Pick<WorldOptions, 'env' | 'kubeconfig' | 'namespace' | 'values'>;
}

export async function createAlertWorld(
  controlPlane: ControlPlane,
  { args = [], answers, world: options = {} }: AlertWorldOptions = {},
): Promise<AlertWorld> {
  const port = await freePort();
  const recorder = await startRecorder(answers);
  const world = await createWorld(controlPlane, {
    ...options,
    args: ['--shutdown-delay=0s', `--events-addr=127.0.0.1:${port}`, ...args],
  });
  const eventsUrl = `http://127.0.0.1:${port}/`;
  const send = (body: string, path = '') => fetch(eventsUrl + path, { method: 'POST', body });
  const apply = (kind: string, name: string, spec: object) =>
    world.apply({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
  return {
    world,
    recorder,
    eventsUrl,
    send,
    provider: (name, spec) => apply('Provider', name, spec),
    alert: (name, spec) => apply('Alert', name, spec),
    async post(event) {
      const response = await send(eventBody(event.namespace ?? world.namespace, event));
      await response.body?.cancel();
      return response.status;
    },
    messagesAt: (path) =>
      recorder.requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(body).message),
    async end() {
      await world.end();
      await recorder.close();
    },
  };
}

/** An event as a controller posts it. */
export function eventBody(namespace: string, { name, message, severity = 'info' }: PostedEvent): string {
  return JSON.stringify({
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      name,
      namespace,
      uid: `uid-${name}`,
    },
    severity,
    timestamp: '2027-03-04T05:06:07Z',
    message,
    reason: 'HealthCheckPassed',
    reportingController: 'kustomize-controller',
  });
}
