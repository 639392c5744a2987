// Ends of the operator, with a real server of each broker: no message is lost, however it ends.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { lineProgress } from '../../control-plane/progress.ts';
import { startElasticMq } from '../../scripts/brokers/elasticmq.ts';
import { brokerReceivers } from '../support/sources/broker-receivers.ts';
import { sqsQueues } from '../support/sources/sqs-queues.ts';
import {
  type AllBrokers,
  each,
  expectDone,
  held,
  readEach,
  sendToEach,
  startAllBrokers,
} from '../support/sources/test-brokers/all-brokers.ts';
import { waitFor } from '../support/wait-for.ts';

let started: AllBrokers;
beforeAll(async () => {
  started = await startAllBrokers();
});
afterEach(() => started.endTest());
afterAll(() => started?.stop());

it('asked to end while messages are held: it ends well, and the next one does them', async () => {
  const world = await started.worldOf();
  const { all, first } = await readEach(world, started.brokers, 'ending');
  await started.controlPlane.killApiServer();
  await sendToEach(all, 1);
  await held(all);
  const exitCode = await world.operator.stop();
  const log = await world.log();
  await started.controlPlane.startApiServer();
  expect([exitCode, log.at(-1)?.msg]).toEqual([0, 'ended']);
  await world.restart();
  await each(all, async (read) => read.annotated(first.get(read)));
  await expectDone(all);
});

it('killed between PATCH and acknowledgement: the message comes again', async () => {
  const world = await started.worldOf();
  const { all, first } = await readEach(world, started.brokers, 'killed');
  await started.controlPlane.killApiServer();
  await sendToEach(all, 1);
  await held(all);
  for (const { proxy } of started.brokers) proxy.hold();
  await started.controlPlane.startApiServer();
  const second = new Map(await each(all, async (read) => [read, await read.annotated(first.get(read))] as const));
  await world.operator.stop('SIGKILL');
  // What it had sent does not arrive.
  for (const { proxy } of started.brokers) await proxy.refuse();
  for (const { proxy } of started.brokers) await proxy.restore();
  await world.restart();
  await each(all, async (read) => read.annotated(second.get(read)));
  await expectDone(all);
});

it('asked to end while a long poll of SQS is under way: what that brings is there at once for the next one', async () => {
  const broker = await startElasticMq(lineProgress());
  started.atEnd(broker.stop);
  const queues = sqsQueues(broker.url);
  started.atEnd(async () => queues.stop());
  const world = await started.worldOf();
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
