/**
 * Starts servers that event sources are tried against, on loopback: `npm run brokers -- moto elasticmq`; all of them without
 * a name. Says where each is, and ends them with itself.
 */
import { parseArgs } from 'node:util';
import { endWithParent } from '../control-plane/end-with-parent.ts';
import { lineProgress, type Progress } from '../control-plane/progress.ts';
import { startElasticMq } from './brokers/elasticmq.ts';
import { startKafka } from './brokers/kafka.ts';
import { startMoto } from './brokers/moto.ts';
import { startNats } from './brokers/nats.ts';
import { startPubSub } from './brokers/pubsub.ts';
import { startRabbitMq } from './brokers/rabbitmq.ts';

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

const ALIVE_INTERVAL_MS = 60_000;

/** One line a server. */
const servers: Readonly<Record<string, (progress: Progress) => Promise<Running>>> = {
  moto: startMoto,
  elasticmq: startElasticMq,
  nats: (progress) => startNats({ edition: 'current', progress }),
  kafka: startKafka,
  async pubsub(progress) {
    const server = await startPubSub({ progress });
    return { url: `http://${server.host}`, stop: server.stop };
  },
  rabbitmq: (progress) => startRabbitMq({ progress }),
};

async function startAll(names: readonly string[]): Promise<Running[]> {
  const running: Running[] = [];
  try {
    for (const name of names) {
      const start = servers[name];
      if (start === undefined) throw new Error(`${name} is none of ${Object.keys(servers).join(', ')}`);
      const server = await start(lineProgress());
      running.push(server);
      console.log(`${name}  ${server.url}`);
    }
    return running;
  } catch (error) {
    await stopAll(running);
    throw error;
  }
}

async function stopAll(running: readonly Running[]): Promise<void> {
  await Promise.all(running.map((server) => server.stop()));
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Neither the servers nor the signals keep this process alive.
    const alive = setInterval(() => undefined, ALIVE_INTERVAL_MS);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}

endWithParent();
try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const running = await startAll(positionals.length === 0 ? Object.keys(servers) : positionals);
  await untilInterrupted();
  await stopAll(running);
} catch (error) {
  console.error(`brokers: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
