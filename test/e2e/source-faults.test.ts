// Faults of the API server and of the operator itself, with a real server of each broker: no message is lost, and none is
// dead-lettered that can be done.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lineProgress } from '../../control-plane/progress.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { startElasticMq } from '../../scripts/brokers/elasticmq.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { kubeconfigThrough } from '../support/kubeconfig-through.ts';
import { brokerReceivers } from '../support/sources/broker-receivers.ts';
import { sqsQueues } from '../support/sources/sqs-queues.ts';
import { applySecrets, envOf, type ReadQueue, readQueue } from '../support/sources/test-brokers/read-queue.ts';
import { startTestBrokers } from '../support/sources/test-brokers/start-test-brokers.ts';
import type { TestBroker } from '../support/sources/test-brokers/test-broker.ts';
import { createTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World, type WorldOptions } from '../support/world.ts';

let controlPlane: ControlPlane;
let brokers: readonly TestBroker[] = [];
const ended: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  controlPlane = await ownControlPlane();
  brokers = await startTestBrokers();
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});
afterAll(async () => {
  for (const broker of brokers) await broker.stop();
  await controlPlane?.stop();
});

/** For longer than each broker waits, SQS for 30 s, before it gives a message that is not extended to somebody else. */
const SLOW_SECONDS = 35;
const AWAY_SECONDS = 60;
const NOTHING_ELSE = { poison: 0, failing: 0, left: 0, dead: 0 };
/** A message that was given before is poison. */
const NEVER_AGAIN = 'msg.attempt <= 1 || req.again';

async function worldOf(options: WorldOptions = {}): Promise<World> {
  const args = ['--shutdown-delay=0s', '--metrics-per-object'];
  const world = await createWorld(controlPlane, { args, env: envOf(brokers), ...options });
  ended.push(() => world.end());
  await applySecrets(world, brokers);
  return world;
}

const each = <T>(all: readonly ReadQueue[], act: (read: ReadQueue) => Promise<T>): Promise<T[]> =>
  Promise.all(all.map(act));

interface Reading {
  readonly all: readonly ReadQueue[];
  /** The annotations of their first messages. */
  readonly first: ReadonlyMap<ReadQueue, string>;
}

/** A queue of each broker, of which one message is done. */
async function reading(world: World, fault: string, resourceFilter = 'true'): Promise<Reading> {
  const all = await Promise.all(brokers.map((broker) => readQueue(world, broker, fault, { spec: { resourceFilter } })));
  await each(all, ({ queue }) => queue.send(['{}']));
  const first = new Map(await each(all, async (read) => [read, await read.annotated()] as const));
  await each(all, ({ settled }) => settled());
  return { all, first };
}

const send = (all: readonly ReadQueue[], count: number) =>
  each(all, ({ queue }) => queue.send(Array.from({ length: count }, (_, number) => JSON.stringify({ number }))));

const held = (all: readonly ReadQueue[]) =>
  each(all, ({ name, outcomes }) => waitFor(`a message of ${name} is held`, async () => (await outcomes('away')) >= 1));

const heldFor = (all: readonly ReadQueue[], seconds: number) =>
  each(all, ({ name, objects }) =>
    waitFor(`a message of ${name} is held for ${seconds} s`, async () => {
      return (await objects.metric('sluice_source_held_seconds', `name="${name}"`)) > seconds;
    }),
  );

/** Of each broker: how many messages are done, what else became of any, and how many were given again where it tells. */
async function tallies(all: readonly ReadQueue[]) {
  const found = await each(all, async ({ broker, tally }) => [broker.type, await tally()] as const);
  return Object.fromEntries(found);
}

/** Each of them once. */
const allDone = (done: number) => {
  const untold = { ...NOTHING_ELSE, done, again: undefined };
  const told = { ...untold, again: 0 };
  return { sqs: untold, pubsub: told, nats: told, kafka: untold, rabbitmq: untold };
};

/** Each of them, by the operator that runs now; at least once. */
async function expectDone(all: readonly ReadQueue[]): Promise<void> {
  await each(all, ({ settled }) => settled());
  for (const [type, tally] of Object.entries(await tallies(all))) {
    expect({ type, ...tally }).toMatchObject({ type, ...NOTHING_ELSE });
    expect(tally.done).toBeGreaterThan(0);
  }
}

describe('the API server', () => {
  it('away for a minute, with messages coming: they are held, none comes again, and all are done when it is back', async () => {
    const { all } = await reading(await worldOf(), 'away', NEVER_AGAIN);
    await controlPlane.killApiServer();
    await send(all, 3);
    await held(all);
    await send(all, 20);
    await heldFor(all, AWAY_SECONDS);
    const inFlight = await each(all, ({ name, objects }) => objects.metric('sluice_source_inflight', `name="${name}"`));
    await controlPlane.startApiServer();
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(10);
    await each(all, ({ settled }) => settled());
    expect(await tallies(all)).toEqual(allDone(24));
  });

  it('so slow that each of its answers takes longer than a broker waits: none comes again, and all are done', async () => {
    await installChart(controlPlane);
    const proxy = await createTcpProxy(controlPlane.url);
    ended.push(async () => {
      await proxy.restore();
      await proxy.stop();
    });
    const { all } = await reading(
      await worldOf({ kubeconfig: await kubeconfigThrough(proxy, controlPlane) }),
      'slow',
      NEVER_AGAIN,
    );
    proxy.hold();
    await send(all, 10);
    await heldFor(all, SLOW_SECONDS);
    await proxy.restore();
    await each(all, ({ settled }) => settled());
    expect(await tallies(all)).toEqual(allDone(11));
  });
});

it('asked to end while messages are held: it ends well, and the next one does them', async () => {
  const world = await worldOf();
  const { all, first } = await reading(world, 'ending');
  await controlPlane.killApiServer();
  await send(all, 1);
  await held(all);
  const exitCode = await world.operator.stop();
  const log = await world.log();
  await controlPlane.startApiServer();
  expect([exitCode, log.at(-1)?.msg]).toEqual([0, 'ended']);
  await world.restart();
  await each(all, async (read) => read.annotated(first.get(read)));
  await expectDone(all);
});

it('killed between PATCH and acknowledgement: the message comes again', async () => {
  const world = await worldOf();
  const { all, first } = await reading(world, 'killed');
  await controlPlane.killApiServer();
  await send(all, 1);
  await held(all);
  for (const { proxy } of brokers) proxy.hold();
  await controlPlane.startApiServer();
  const second = new Map(await each(all, async (read) => [read, await read.annotated(first.get(read))] as const));
  await world.operator.stop('SIGKILL');
  // What it had sent does not arrive.
  for (const { proxy } of brokers) await proxy.refuse();
  for (const { proxy } of brokers) await proxy.restore();
  await world.restart();
  await each(all, async (read) => read.annotated(second.get(read)));
  await expectDone(all);
});

it('asked to end while a long poll of SQS is under way: what that brings is there at once for the next one', async () => {
  const broker = await startElasticMq(lineProgress());
  ended.push(broker.stop);
  const queues = sqsQueues(broker.url);
  ended.push(async () => queues.stop());
  const world = await worldOf();
  const url = await queues.make('ending', { VisibilityTimeout: '600' });
  await world.target('GitRepository', 'a');
  const objects = brokerReceivers(world);
  await objects.apply('poll', {
    ...{ type: 'sqs', sqs: { queueURL: url, region: 'eu-west-1' }, secretRef: { name: 'sqs-login' } },
    resources: [{ kind: 'GitRepository', name: 'a' }],
  });
  await objects.reason('poll', 'Succeeded');
  await queues.send(url, '{}');
  const annotated = (before = '') =>
    waitFor('a annotated', async () => {
      const now = await world.requestedAt('GitRepository', 'a');
      return now > before && now;
    });
  const first = await annotated();
  await waitFor('it is acknowledged', async () => {
    const { waiting, hidden } = await queues.counts(url);
    return waiting + hidden === 0;
  });
  const stopped = world.operator.stop();
  await waitFor('the process is ending', async () => {
    return (await world.log()).some(({ msg }) => String(msg).startsWith('ending'));
  });
  await queues.send(url, '{"late":true}');
  expect(await stopped).toBe(0);
  expect(await queues.counts(url)).toEqual({ waiting: 1, hidden: 0 });
  await world.restart();
  await annotated(first);
});
