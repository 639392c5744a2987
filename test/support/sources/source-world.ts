/** A world whose operator reads a real nats-server, and what tests do there beside what any world can. */
import {
  AckPolicy,
  type ConsumerConfig,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect, headers as createHeaders, type NatsConnection } from '@nats-io/transport-node';
import type { ControlPlane } from '../../../control-plane/start.ts';
import { type NatsServer, startNats } from '../../../scripts/brokers/nats.ts';
import { waitFor } from '../wait-for.ts';
import { createWorld, type World, type WorldOptions } from '../world.ts';
import { type BrokerReceivers, brokerReceivers } from './broker-receivers.ts';

export interface SourceWorld extends Omit<BrokerReceivers, 'apply'> {
  readonly world: World;
  readonly server: NatsServer;
  readonly manager: JetStreamManager;
  /** Creates or changes a BrokerReceiver; of type `nats` unless the spec says otherwise, for the consumer of its name. */
  source(name: string, spec: object, metadata?: Parameters<BrokerReceivers['apply']>[2]): Promise<void>;
  /** Adds a consumer of the messages under `flux.<name>`. */
  consumer(name: string, config?: Partial<ConsumerConfig>): Promise<void>;
  publish(name: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** Delivered and not acknowledged, delivered more than once, never delivered. */
  counts(name: string): Promise<{ held: number; again: number; waiting: number }>;
  /** Waits for all that was sent to be acknowledged. */
  settled(name: string): Promise<void>;
  end(): Promise<void>;
}

const SECOND_NS = 1_000_000_000;
const STREAM = 'FLUX';

export interface SourceWorldOptions extends WorldOptions {
  /** Of the nats-server, in its own language. */
  readonly config?: string;
  /** How the test itself connects. */
  readonly login?: { readonly user: string; readonly pass: string };
}

export async function createSourceWorld(
  controlPlane: ControlPlane,
  { config = '', login, ...options }: SourceWorldOptions = {},
): Promise<SourceWorld> {
  const server = await startNats({ edition: 'debian', config });
  const connection = await connect({
    servers: server.host,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    ...login,
  });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: ['flux.>'] });
  const world = await createWorld(controlPlane, { args: ['--shutdown-delay=0s'], ...options });
  return sourceWorldOf({ world, server, connection, manager, client: jetstream(connection) });
}

interface Parts {
  readonly world: World;
  readonly server: NatsServer;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
}

function sourceWorldOf({ world, server, connection, manager, client }: Parts): SourceWorld {
  const { apply, ...objects } = brokerReceivers(world);
  const counts = async (name: string) => {
    const info = await manager.consumers.info(STREAM, name);
    return { held: info.num_ack_pending, again: info.num_redelivered, waiting: info.num_pending };
  };
  return {
    world,
    server,
    manager,
    source(name, spec, metadata) {
      const nats = { servers: [server.url], stream: STREAM, consumer: name };
      return apply(name, { type: 'nats', ...('type' in spec ? {} : { nats }), ...spec }, metadata);
    },
    async consumer(name, config = {}) {
      const durable = { durable_name: name, ack_policy: AckPolicy.Explicit, ack_wait: 30 * SECOND_NS };
      await manager.consumers.add(STREAM, { ...durable, filter_subject: `flux.${name}`, ...config });
    },
    async publish(name, body, headers = {}) {
      const own = createHeaders();
      for (const [key, value] of Object.entries(headers)) own.set(key, value);
      await client.publish(`flux.${name}`, body, { headers: own });
    },
    counts,
    ...objects,
    async settled(name) {
      await waitFor(`${name} has no message left`, async () => {
        const { held, waiting } = await counts(name);
        return held + waiting === 0;
      });
    },
    async end() {
      await world.end();
      await connection.close();
      await server.stop();
    },
  };
}
