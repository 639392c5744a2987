/** Posts events to the event server over connections that stay open, one at a time on each. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { EventJob } from './event-job.ts';
import { onMessages, postOf, statusOf } from './http-messages.ts';

export interface EventPoster {
  /** Posts one event when a connection is free. @returns the status of its answer, and how long that took. */
  post(index: number): Promise<{ readonly status: string; readonly ms: number }>;
  end(): void;
}

interface Connection {
  readonly socket: Socket;
  onAnswer: ((status: string) => void) | undefined;
}

/** @param onPost called with the event's id just before it is sent. */
export async function connectPoster(job: EventJob, onPost: (id: string) => void): Promise<EventPoster> {
  const { hostname, port, host } = new URL(job.url);
  const textOf = createTexts(job);
  const open = await Promise.all(Array.from({ length: job.connections }, () => openTo(hostname, Number(port))));
  const free = [...open];
  const waiting: ((connection: Connection) => void)[] = [];
  const leave = (connection: Connection): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(connection);
    else next(connection);
  };
  return {
    async post(index) {
      const connection = free.pop() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
      const { id, body } = textOf(index);
      onPost(id);
      const sentMs = performance.now();
      const status = await new Promise<string>((resolve) => {
        connection.onAnswer = resolve;
        connection.socket.write(postOf(host, '/', body), 'latin1');
      });
      const ms = performance.now() - sentMs;
      leave(connection);
      return { status, ms };
    },
    end() {
      for (const { socket } of open) socket.destroy();
    },
  };
}

async function openTo(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true });
  const connection: Connection = { socket, onAnswer: undefined };
  onMessages(socket, (head) => connection.onAnswer?.(statusOf(head)));
  await once(socket, 'connect');
  return connection;
}

const NAMESPACE = '@namespace@';
const NAME = '@name@';
const ID = '@id@';
/** About 1 KB. */
const EVENT = JSON.stringify({
  involvedObject: {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    name: NAME,
    namespace: NAMESPACE,
    uid: `uid-of-${NAME}`,
    resourceVersion: '88121',
  },
  severity: 'info',
  timestamp: '2027-03-04T05:06:07Z',
  message: `${ID} ${'Health check passed. '.repeat(24)}`,
  reason: 'HealthCheckPassed',
  metadata: { 'kustomize.toolkit.fluxcd.io/revision': 'main@sha1:9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12' },
  reportingController: 'kustomize-controller',
  reportingInstance: 'kustomize-controller-6c9d-x2',
});

/** Each message is another one, but for a job of duplicates. */
function createTexts({ run, namespaces, objects, duplicates }: EventJob) {
  const bodies = new Map<string, string>();
  return (index: number): { id: string; body: string } => {
    const place = duplicates ? 0 : index;
    const id = `${run}-${place}`;
    const namespace = namespaces[place % namespaces.length] ?? '';
    const name = `app-${place % objects}`;
    const key = `${namespace}/${name}`;
    const body = bodies.get(key) ?? EVENT.replaceAll(NAMESPACE, namespace).replaceAll(NAME, name);
    bodies.set(key, body);
    return { id, body: body.replace(ID, id) };
  };
}
