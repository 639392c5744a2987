/** Queues that the operator of a world reads: each annotates a GitRepository of its own name. */
import type { OperatorProcess } from '../../operator-process.ts';
import { waitFor } from '../../wait-for.ts';
import type { World } from '../../world.ts';
import { type BrokerReceivers, brokerReceivers } from '../broker-receivers.ts';
import type { QueueCounts, TestBroker, TestQueue } from './test-broker.ts';

export interface ReadQueue {
  /** Of the BrokerReceiver, the queue and the GitRepository. */
  readonly name: string;
  readonly broker: TestBroker;
  readonly queue: TestQueue;
  readonly objects: BrokerReceivers;
  /** Waits for an annotation that is later than the one before. @returns it */
  annotated(before?: string): Promise<string>;
  /** How many attempts have come to this. */
  outcomes(outcome: 'done' | 'poison' | 'failing' | 'away', operator?: OperatorProcess): Promise<number>;
  /** Waits for every message to be acknowledged. */
  settled(): Promise<void>;
  /** What became of all messages: at the broker, and by the operator that runs now. */
  tally(): Promise<Tally>;
}

export interface Tally extends QueueCounts {
  readonly done: number;
  readonly poison: number;
  readonly failing: number;
}

export interface ReadQueueOptions {
  /** Beside the broker's own. */
  readonly spec?: object;
  /** Whether there is the GitRepository; default: there is. */
  readonly hasTarget?: boolean;
}

/** Has the operator read a new queue, of which it is Ready. @param name what is tested: the broker's type is added. */
export async function readQueue(
  world: World,
  broker: TestBroker,
  fault: string,
  { spec = {}, hasTarget = true }: ReadQueueOptions = {},
): Promise<ReadQueue> {
  const name = `${fault}-${broker.type}`;
  const objects = brokerReceivers(world);
  const queue = await broker.queue(name);
  if (hasTarget) await world.target('GitRepository', name);
  const resources = [{ kind: 'GitRepository', name }];
  await objects.apply(name, { ...queue.spec, ...('receiverRef' in spec ? {} : { resources }), ...spec });
  await objects.reason(name, 'Succeeded');
  const outcomes: ReadQueue['outcomes'] = (outcome, operator) =>
    objects.metric('sluice_source_messages_total', `name="${name}",outcome="${outcome}"`, operator);
  return {
    ...{ name, broker, queue, objects, outcomes },
    annotated: (before = '') =>
      waitFor(`${name} annotated`, async () => {
        const now = await world.requestedAt('GitRepository', name);
        return now > before && now;
      }),
    settled: async () =>
      void (await waitFor(`${name} has no message left`, async () => {
        const inFlight = await objects.metric('sluice_source_inflight', `name="${name}"`);
        return inFlight === 0 && (await queue.counts()).left === 0;
      })),
    async tally() {
      const [done, poison, failing, counts] = await Promise.all([
        outcomes('done'),
        outcomes('poison'),
        outcomes('failing'),
        queue.counts(),
      ]);
      return { done, poison, failing, ...counts };
    },
  };
}

/** Of an operator that reads all of them. */
export function envOf(brokers: readonly TestBroker[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...brokers.map(({ env }) => env));
}

/** Makes the Secrets that the queues of these brokers name. */
export async function applySecrets(world: World, brokers: readonly TestBroker[]): Promise<void> {
  for (const { secrets } of brokers) {
    for (const [name, data] of Object.entries(secrets)) await world.secret(name, data);
  }
}
