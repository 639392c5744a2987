/** One BrokerReceiver of type `nats` on a stage, with a real nats-server: what it reads, and how fast. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { lineProgress } from '../../control-plane/progress.ts';
import { BROKER_RECEIVER_API_VERSION } from '../../operator/api/broker-receiver/broker-receiver.ts';
import type { ResourceType } from '../../operator/kube/kube-client.ts';
import { resourcePath } from '../../operator/kube/resource-path.ts';
import { startNats } from '../../scripts/brokers/nats.ts';
import { NAMESPACE } from './receivers.ts';
import type { Stage } from './stage.ts';

export interface NatsSource {
  /** Publishes a message that is for the target of this name. @returns when the server has stored it. */
  publish(target: string): Promise<void>;
  /** Has the operator read. */
  resume(): Promise<void>;
  /** Messages that are acknowledged. */
  acknowledged(): Promise<number>;
  /** What takes the messages themselves, as they come: the limit of what a reader can be given. */
  listen(onMessage: (target: string) => void): Promise<void>;
  end(): Promise<void>;
}

const BROKER_RECEIVERS: ResourceType = {
  apiVersion: BROKER_RECEIVER_API_VERSION,
  plural: 'brokerreceivers',
  namespaced: true,
};
const NAME = 'bench';
const STREAM = 'BENCH';
const SUBJECT = 'bench.pushed';
const WAIT_MS = 50;

/** The operator reads nothing until `resume`. */
export async function startNatsSource(stage: Stage): Promise<NatsSource> {
  const server = await startNats({ edition: 'current', progress: lineProgress() });
  const connection = await connect({ servers: server.host });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: [SUBJECT] });
  await manager.consumers.add(STREAM, { durable_name: NAME, ack_policy: AckPolicy.Explicit });
  const client = jetstream(connection);
  const object = resourcePath(BROKER_RECEIVERS, { namespace: NAMESPACE, name: NAME });
  await stage.client.request({
    method: 'POST',
    path: resourcePath(BROKER_RECEIVERS, { namespace: NAMESPACE }),
    body: {
      apiVersion: BROKER_RECEIVERS.apiVersion,
      kind: 'BrokerReceiver',
      metadata: { namespace: NAMESPACE, name: NAME },
      spec: {
        type: 'nats',
        nats: { servers: [server.url], stream: STREAM, consumer: NAME },
        resources: [{ kind: 'GitRepository', name: '*', matchLabels: {} }],
        resourceFilter: 'req.name == res.metadata.name',
        suspend: true,
      },
    },
  });
  return {
    async publish(target) {
      await client.publish(SUBJECT, JSON.stringify({ name: target }));
    },
    async resume() {
      const body = { spec: { suspend: false } };
      await stage.client.request({ method: 'PATCH', path: object, contentType: 'application/merge-patch+json', body });
    },
    acknowledged: async () => (await manager.consumers.info(STREAM, NAME)).ack_floor.consumer_seq,
    async listen(onMessage) {
      const listener = await manager.consumers.add(STREAM, { ack_policy: AckPolicy.None, deliver_policy: 'new' });
      const messages = await (await client.consumers.get(STREAM, listener.name)).consume();
      void (async () => {
        for await (const message of messages) onMessage(message.json<{ name: string }>().name);
      })();
    },
    async end() {
      await stage.client.request({ method: 'DELETE', path: object });
      await connection.close();
      await server.stop();
    },
  };
}

/** Waits until so many are acknowledged. @returns how many then are, and when, in ms of a clock that never jumps. */
export async function untilAcknowledged(source: NatsSource, count: number): Promise<{ count: number; atMs: number }> {
  for (;;) {
    const acknowledged = await source.acknowledged();
    if (acknowledged >= count) return { count: acknowledged, atMs: performance.now() };
    await sleep(WAIT_MS);
  }
}
