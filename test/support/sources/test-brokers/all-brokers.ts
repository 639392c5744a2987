/** Queues of all brokers, read by the operator of one world, with an API server that a test may kill. */
import { expect } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import { ownControlPlane } from '../../control-plane.ts';
import { waitFor } from '../../wait-for.ts';
import { createWorld, type World, type WorldOptions } from '../../world.ts';
import { applySecrets, envOf, type ReadQueue, readQueue, type Tally } from './read-queue.ts';
import { startTestBrokers } from './start-test-brokers.ts';
import type { TestBroker } from './test-broker.ts';

export interface AllBrokers {
  readonly controlPlane: ControlPlane;
  readonly brokers: readonly TestBroker[];
  /** A world of its own, which ends with the test. */
  worldOf(options?: WorldOptions): Promise<World>;
  /** Has this done at the end of the test, before what was given earlier. */
  atEnd(end: () => Promise<unknown>): void;
  /** Ends what the test has started. */
  endTest(): Promise<void>;
  /** Ends that too. */
  stop(): Promise<void>;
}

export interface Reading {
  readonly all: readonly ReadQueue[];
  /** The annotations of their first messages. */
  readonly first: ReadonlyMap<ReadQueue, string>;
}

const NOTHING_ELSE = { poison: 0, failing: 0, left: 0, dead: 0 };

export async function startAllBrokers(): Promise<AllBrokers> {
  const [controlPlane, brokers] = await Promise.all([ownControlPlane(), startTestBrokers()]);
  const ended: (() => Promise<unknown>)[] = [];
  async function endTest(): Promise<void> {
    for (const end of ended.splice(0).reverse()) await end();
  }
  return {
    controlPlane,
    brokers,
    async worldOf(options = {}) {
      const args = ['--shutdown-delay=0s', '--metrics-per-object'];
      const world = await createWorld(controlPlane, { args, env: envOf(brokers), ...options });
      ended.push(() => world.end());
      await applySecrets(world, brokers);
      return world;
    },
    atEnd: (end) => void ended.push(end),
    endTest,
    async stop() {
      await endTest();
      for (const broker of brokers) await broker.stop();
      await controlPlane.stop();
    },
  };
}

export const each = <T>(all: readonly ReadQueue[], act: (read: ReadQueue) => Promise<T>): Promise<T[]> =>
  Promise.all(all.map(act));

/** A queue of each broker, of which one message is done. @param fault what is tested, for their names. */
export async function readEach(
  world: World,
  brokers: readonly TestBroker[],
  fault: string,
  resourceFilter = 'true',
): Promise<Reading> {
  const all = await Promise.all(brokers.map((broker) => readQueue(world, broker, fault, { spec: { resourceFilter } })));
  await each(all, ({ queue }) => queue.send(['{}']));
  const first = new Map(await each(all, async (read) => [read, await read.annotated()] as const));
  await each(all, ({ settled }) => settled());
  return { all, first };
}

export const sendToEach = (all: readonly ReadQueue[], count: number) =>
  each(all, ({ queue }) => queue.send(Array.from({ length: count }, (_, number) => JSON.stringify({ number }))));

/** Waits until a message of each is held, because the API server is away. */
export const held = (all: readonly ReadQueue[]) =>
  each(all, ({ name, outcomes }) => waitFor(`a message of ${name} is held`, async () => (await outcomes('away')) >= 1));

export const heldFor = (all: readonly ReadQueue[], seconds: number) =>
  each(all, ({ name, objects }) =>
    waitFor(`a message of ${name} is held for ${seconds} s`, async () => {
      return (await objects.metric('sluice_source_held_seconds', `name="${name}"`)) > seconds;
    }),
  );

/** Of each broker: how many messages are done, what else became of any, and how many were given again where it tells. */
export async function talliesOf(all: readonly ReadQueue[]): Promise<Readonly<Record<string, Tally>>> {
  const found = await each(all, async ({ broker, tally }) => [broker.type, await tally()] as const);
  return Object.fromEntries(found);
}

/** The tallies of messages that are each done once. */
export function allDone(done: number): Readonly<Record<TestBroker['type'], object>> {
  const untold = { ...NOTHING_ELSE, done, again: undefined };
  const told = { ...untold, again: 0 };
  return { sqs: untold, pubsub: told, nats: told, kafka: untold, rabbitmq: untold };
}

/** Waits for each message to be done by the operator that runs now; at least once. */
export async function expectDone(all: readonly ReadQueue[]): Promise<void> {
  await each(all, ({ settled }) => settled());
  for (const [type, tally] of Object.entries(await talliesOf(all))) {
    expect({ type, ...tally }).toMatchObject({ type, ...NOTHING_ELSE });
    expect(tally.done).toBeGreaterThan(0);
  }
}
