// BrokerReceivers and faults of all that they depend on: no message is lost, and none is dead-lettered that can be done.
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { startElasticMq } from '../../scripts/brokers/elasticmq.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { kubeconfigThrough } from '../support/kubeconfig-through.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { createSourceWorld, type SourceWorld, type SourceWorldOptions } from '../support/sources/source-world.ts';
import { sqsQueues } from '../support/sources/sqs-queues.ts';
import { createTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

let controlPlane: ControlPlane;
const worlds: SourceWorld[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});
afterAll(() => controlPlane?.stop());

async function sourceWorld(options: SourceWorldOptions = {}): Promise<SourceWorld> {
  const made = await createSourceWorld(controlPlane, options);
  worlds.push(made);
  await made.world.target('GitRepository', 'a');
  return made;
}

const MIB = 1024 * 1024;
const SECOND_NS = 1_000_000_000;
/** Held beyond it, a message comes again unless it is extended. */
const ACK_WAIT_SECONDS = 2;
const SHORT_WAIT = { ack_wait: ACK_WAIT_SECONDS * SECOND_NS, max_deliver: 3 };
const to = (name: string) => ({ resources: [{ kind: 'GitRepository', name }] });

function annotated({ world }: SourceWorld, name: string, before = ''): Promise<string> {
  return waitFor(`${name} annotated`, async () => {
    const now = await world.requestedAt('GitRepository', name);
    return now > before && now;
  });
}

const outcomes = ({ metric }: SourceWorld, outcome: string) =>
  metric('sluice_source_messages_total', `outcome="${outcome}"`);

/** A source that reads, with a target that was annotated once. */
async function reading(made: SourceWorld, name: string, spec: object = to('a')): Promise<string> {
  await made.consumer(name, SHORT_WAIT);
  await made.source(name, spec);
  await made.reason(name, 'Succeeded');
  await made.publish(name, '{}');
  const first = await annotated(made, 'a');
  await made.settled(name);
  return first;
}

describe('the API server', () => {
  it('away: messages are held and extended, none comes again, and all are done when it is back', async () => {
    const made = await sourceWorld();
    const first = await reading(made, 'away');
    await controlPlane.killApiServer();
    for (let number = 0; number < 3; number += 1) await made.publish('away', JSON.stringify({ number }));
    await waitFor('the messages are held', async () => (await outcomes(made, 'away')) >= 1);
    for (let number = 0; number < 20; number += 1) await made.publish('away', JSON.stringify({ number }));
    await waitFor('they are held for longer than the broker waits', async () => {
      return (await made.metric('sluice_source_held_seconds')) > 2 * ACK_WAIT_SECONDS;
    });
    expect((await made.counts('away')).held).toBeLessThanOrEqual(10);
    await controlPlane.startApiServer();
    await annotated(made, 'a', first);
    await waitFor('all are done', async () => (await outcomes(made, 'done')) === 24);
    await made.settled('away');
    expect((await made.counts('away')).again).toBe(0);
    expect(await outcomes(made, 'poison')).toBe(0);
    expect(await outcomes(made, 'failing')).toBe(0);
  });

  it('so slow that each of its answers takes longer than the broker waits: none comes again, and all are done', async () => {
    await installChart(controlPlane);
    const proxy = await createTcpProxy(controlPlane.url);
    const made = await sourceWorld({ kubeconfig: await kubeconfigThrough(proxy, controlPlane) });
    const first = await reading(made, 'slow');
    try {
      for (let round = 1; round <= 2; round += 1) {
        proxy.hold();
        for (let number = 0; number < 10; number += 1) await made.publish('slow', JSON.stringify({ round, number }));
        await waitFor('they are held for longer than the broker waits', async () => {
          return (await made.metric('sluice_source_held_seconds')) > 2 * ACK_WAIT_SECONDS;
        });
        await proxy.restore();
        await waitFor('all are done', async () => (await outcomes(made, 'done')) === 1 + 10 * round);
      }
      await annotated(made, 'a', first);
      await made.settled('slow');
      expect((await made.counts('slow')).again).toBe(0);
      expect([await outcomes(made, 'poison'), await outcomes(made, 'failing')]).toEqual([0, 0]);
    } finally {
      await proxy.restore();
      await made.end();
      worlds.splice(worlds.indexOf(made), 1);
      await proxy.stop();
    }
  });

  it('away when the process is asked to end: it ends well, and the messages are there for the next one', async () => {
    const made = await sourceWorld();
    const first = await reading(made, 'ending');
    await controlPlane.killApiServer();
    await made.publish('ending', '{}');
    await waitFor('the message is held', async () => (await outcomes(made, 'away')) >= 1);
    expect(await made.world.operator.stop()).toBe(0);
    expect((await made.world.log()).at(-1)?.msg).toBe('ended');
    await controlPlane.startApiServer();
    await made.world.restart();
    await annotated(made, 'a', first);
    await made.settled('ending');
  });
});

it('a long poll under way when the process is asked to end: what it brings is there at once for the next one', async () => {
  const made = await sourceWorld();
  const broker = await startElasticMq(() => undefined);
  const queues = sqsQueues(broker.url);
  try {
    const url = await queues.make('ending', { VisibilityTimeout: '600' });
    await made.world.secret('aws', { aws_access_key_id: 'AKIAIOSFODNN7EXAMPLE', aws_secret_access_key: 'secret' });
    const sqs = { queueURL: url, region: 'eu-west-1' };
    await made.source('poll', { ...to('a'), type: 'sqs', sqs, secretRef: { name: 'aws' } });
    await made.reason('poll', 'Succeeded');
    await queues.send(url, '{}');
    const first = await annotated(made, 'a');
    await waitFor('it is acknowledged', async () => {
      const { waiting, hidden } = await queues.counts(url);
      return waiting + hidden === 0;
    });
    const ended = made.world.operator.stop();
    await waitFor('the process is ending', async () => {
      return (await made.world.log()).some(({ msg }) => String(msg).startsWith('ending'));
    });
    await queues.send(url, '{"late":true}');
    expect(await ended).toBe(0);
    expect(await queues.counts(url)).toEqual({ waiting: 1, hidden: 0 });
    await made.world.restart();
    await annotated(made, 'a', first);
  } finally {
    queues.stop();
    await broker.stop();
  }
});

it('killed between PATCH and acknowledgement: the message comes again', async () => {
  const made = await sourceWorld();
  const proxy = await createTcpProxy(made.server.url);
  try {
    const nats = { servers: [proxy.url], stream: 'FLUX', consumer: 'killed' };
    const first = await reading(made, 'killed', { ...to('a'), type: 'nats', nats });
    await controlPlane.killApiServer();
    await made.publish('killed', '{}');
    await waitFor('the message is held', async () => (await outcomes(made, 'away')) >= 1);
    proxy.hold();
    await controlPlane.startApiServer();
    const second = await annotated(made, 'a', first);
    expect((await made.counts('killed')).held).toBe(1);
    await made.world.operator.stop('SIGKILL');
    // What it had sent does not arrive.
    await proxy.refuse();
    await proxy.restore();
    await made.world.restart();
    await annotated(made, 'a', second);
    await made.settled('killed');
  } finally {
    await proxy.stop();
  }
});

describe('the broker', () => {
  it('killed and started: its object says so, and reading goes on', async () => {
    const made = await sourceWorld();
    const first = await reading(made, 'broker');
    await made.server.kill();
    const { message } = await made.reason('broker', 'Unreachable');
    expect(message).not.toBe('');
    await made.server.start();
    await made.reason('broker', 'Succeeded');
    await made.publish('broker', '{}');
    await annotated(made, 'a', first);
    await made.settled('broker');
  });

  it('without its consumer: its object says how to make it, and reading goes on once it is made again', async () => {
    const made = await sourceWorld();
    const first = await reading(made, 'consumer');
    await made.manager.consumers.delete('FLUX', 'consumer');
    expect((await made.reason('consumer', 'SourceNotFound')).message).toContain('nats consumer add');
    await made.publish('consumer', '{}');
    await made.consumer('consumer', SHORT_WAIT);
    await made.reason('consumer', 'Succeeded');
    await annotated(made, 'a', first);
    await made.settled('consumer');
  });
});

describe('a message that can never be done', () => {
  it.each<[name: string, body: string | Buffer]>([
    ['no JSON', '{"a":'],
    ['broken gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
    ['a gzip bomb', gzipSync(Buffer.alloc(64 * MIB))],
    ['3 MiB and one byte', Buffer.alloc(3 * MIB + 1, '1')],
    ['JSON too deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['a filter that fails', '{"a":"b"}'],
  ])('%s: it is rejected once, its object tells, and the next one is done', async (_name, body) => {
    const made = await sourceWorld({ config: 'max_payload: 8MB' });
    await made.consumer('poison', SHORT_WAIT);
    await made.source('poison', { ...to('a'), resourceFilter: 'req.n == 1' });
    await made.reason('poison', 'Succeeded');
    await made.publish('poison', body);
    await waitFor('it is rejected', async () => (await outcomes(made, 'poison')) === 1);
    await waitFor('the Event', async () =>
      (await made.eventsOf('poison')).some((event) => /^MessageRejected: message FLUX\/1 /.test(event)),
    );
    await made.publish('poison', '{"n":1}');
    await annotated(made, 'a');
    await made.settled('poison');
    expect(await outcomes(made, 'poison')).toBe(1);
    expect(await outcomes(made, 'failing')).toBe(0);
  });

  it('for want of a target is tried again, and rejected after the last attempt', async () => {
    const made = await sourceWorld();
    await made.consumer('missing');
    await made.source('missing', { ...to('missing'), maxAttempts: 2 });
    await made.reason('missing', 'Succeeded');
    await made.publish('missing', '{}');
    await waitFor('it is rejected', async () => (await outcomes(made, 'poison')) === 1);
    expect(await outcomes(made, 'failing')).toBe(1);
    await waitFor('the Event', async () =>
      (await made.eventsOf('missing')).some((event) => event.includes('TargetNotFound')),
    );
    await made.settled('missing');
  });
});

it('a target that is made later is annotated', async () => {
  const made = await sourceWorld();
  await made.consumer('later');
  await made.source('later', to('later'));
  await made.reason('later', 'Succeeded');
  await made.publish('later', '{}');
  await waitFor('it failed', async () => (await outcomes(made, 'failing')) >= 1);
  await made.world.target('GitRepository', 'later');
  await annotated(made, 'later');
  await made.settled('later');
  expect(await outcomes(made, 'poison')).toBe(0);
});

it('500 messages for one target and two replicas: each is done once, by few PATCHes', async () => {
  const made = await sourceWorld({ args: ['--shutdown-delay=0s', '--enable-leader-election'] });
  const other: OperatorProcess = await made.world.another();
  await made.consumer('many');
  await made.source('many', to('a'));
  await made.reason('many', 'Succeeded');
  await waitFor('both read', async () => (await made.metric('sluice_source_up', '', other)) === 1);
  const of = async (name: string, labels: string) =>
    (await made.metric(name, labels)) + (await made.metric(name, labels, other));
  const before = await of('rest_client_requests_total', 'method="PATCH"');
  await Promise.all(Array.from({ length: 500 }, (_, number) => made.publish('many', JSON.stringify({ number }))));
  await made.settled('many');
  expect(await of('sluice_source_messages_total', 'outcome="done"')).toBe(500);
  expect((await made.counts('many')).again).toBe(0);
  const patches = (await of('rest_client_requests_total', 'method="PATCH"')) - before;
  expect(patches).toBeLessThan(250);
});
