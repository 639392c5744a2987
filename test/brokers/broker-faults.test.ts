// Faults of a broker and of its messages, of each broker with a real server: what its object says, and what becomes of messages.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import { type AllBrokers, startAllBrokers } from '../support/sources/test-brokers/all-brokers.ts';
import { type ReadQueueOptions, readQueue } from '../support/sources/test-brokers/read-queue.ts';
import { TEST_BROKER_TYPES } from '../support/sources/test-brokers/start-test-brokers.ts';
import type { TestBroker } from '../support/sources/test-brokers/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';
import { signed, TOKEN, type Webhook, type World } from '../support/world.ts';

let started: AllBrokers;
let world: World;
beforeAll(async () => {
  started = await startAllBrokers();
  const args = ['--shutdown-delay=0s', '--metrics-per-object', '--enable-leader-election'];
  world = await started.worldOf({ args });
});
afterAll(() => started?.stop());

const MIB = 1024 * 1024;
const MANY = 500;
/** What makes the queue, in the message of its object. */
const MADE_BY: Readonly<Record<TestBroker['type'], string>> = {
  sqs: 'aws sqs create-queue',
  pubsub: 'gcloud pubsub subscriptions create',
  nats: 'nats consumer add',
  kafka: 'kafka-topics.sh',
  rabbitmq: 'rabbitmqadmin',
};
/** A filter over them reads `req.n`. */
const POISON: readonly (readonly [name: string, body: string | Buffer])[] = [
  ['no JSON', '{"a":'],
  ['broken gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
  ['a gzip bomb', gzipSync(Buffer.alloc(64 * MIB))],
  ['3 MiB and one byte', Buffer.alloc(3 * MIB + 1, '1')],
  ['the same, by gzip', gzipSync(Buffer.alloc(3 * MIB + 1, '1'))],
  ['JSON too deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
  ['a filter that fails', '{"a":"b"}'],
];

/** Those of one broker; brokers are tried all at once, for most of the time is waited. */
const IN_TURN = { concurrent: false };

describe.concurrent.each(TEST_BROKER_TYPES)('%s', (type) => {
  let broker: TestBroker;
  beforeAll(() => {
    const found = started.brokers.find((each) => each.type === type);
    if (found === undefined) throw new Error(`${type} is not started`);
    broker = found;
  });

  const read = (fault: string, options?: ReadQueueOptions) => readQueue(world, broker, fault, options);

  it('killed and started: its object says so, and reading goes on', IN_TURN, async () => {
    const { name, queue, objects, annotated, settled } = await read('killed');
    await queue.send(['{}']);
    const first = await annotated();
    await settled();
    await broker.kill();
    await objects.reason(name, 'Unreachable');
    await broker.start();
    await objects.reason(name, 'Succeeded');
    await queue.send(['{}']);
    await annotated(first);
    await settled();
  });

  it(
    'that refuses the credentials, and takes them again: its object says so, and reading goes on',
    IN_TURN,
    async () => {
      const { name, queue, objects, annotated, tally, settled } = await read('revoked');
      await broker.revoke();
      const { message } = await objects.reason(name, 'AuthenticationFailed');
      for (const secret of Object.values(broker.secrets).flatMap(Object.values)) expect(message).not.toContain(secret);
      await queue.send(['{}']);
      await broker.restore();
      await objects.reason(name, 'Succeeded');
      await annotated();
      await settled();
      expect(await tally()).toMatchObject({ done: 1, poison: 0, failing: 0, left: 0, dead: 0 });
    },
  );

  it(
    'without its queue: its object says how to make it, and reading goes on once it is made again',
    IN_TURN,
    async () => {
      const { name, queue, objects, annotated, settled } = await read('deleted');
      await queue.send(['{}', '{}', '{}']);
      const first = await annotated();
      await settled();
      await queue.remove();
      expect((await objects.reason(name, 'SourceNotFound')).message).toContain(MADE_BY[type]);
      await queue.make();
      await objects.reason(name, 'Succeeded');
      await queue.send(['{}']);
      await annotated(first);
      await settled();
    },
  );

  it(
    'whose messages can never be done: each is rejected once, its object tells, and the next one is done',
    IN_TURN,
    async () => {
      const bodies = POISON.map(([, body]) => body).filter((body) => body.length <= broker.maxBytes);
      const { name, queue, objects, annotated, outcomes, tally, settled } = await read('poison', {
        spec: { resourceFilter: 'req.n == 1' },
      });
      await queue.send(bodies);
      await waitFor('they are rejected', async () => (await outcomes('poison')) === bodies.length);
      await waitFor('the Event', async () =>
        (await objects.eventsOf(name)).some((event) => event.startsWith('MessageRejected: message ')),
      );
      await queue.send(['{"n":1}']);
      await annotated();
      await settled();
      await waitFor('the dead letters', async () => (await tally()).dead === bodies.length);
      expect(await tally()).toMatchObject({ done: 1, poison: bodies.length, failing: 0, left: 0 });
    },
  );

  it('with a webhook whose signature is wrong: it is rejected once, and the next one is done', IN_TURN, async () => {
    const resources = [{ kind: 'GitRepository', name: `signature-${type}` }];
    await world.secret('token', { token: TOKEN });
    await world.receiver(`github-${type}`, {
      type: 'github',
      events: ['push'],
      secretRef: { name: 'token' },
      resources,
    });
    await world.ready(`github-${type}`);
    const { queue, annotated, outcomes, tally, settled } = await read('signature', {
      spec: { receiverRef: { name: `github-${type}` } },
    });
    const send = ({ body = '', headers = {} }: Webhook) => queue.send([body], headers);
    await send(signed({ ref: 'main' }, 'push', 'guessed'));
    await waitFor('it is rejected', async () => (await outcomes('poison')) === 1);
    await send(signed({ ref: 'main' }));
    await annotated();
    await settled();
    await waitFor('the dead letter', async () => (await tally()).dead === 1);
    expect(await tally()).toMatchObject({ done: 1, poison: 1, failing: 0, left: 0 });
  });

  it('with a message whose target is made later: it is tried again, and done', IN_TURN, async () => {
    const { name, queue, annotated, outcomes, tally, settled } = await read('later', { hasTarget: false });
    await queue.send(['{}']);
    await waitFor('it failed', async () => (await outcomes('failing')) >= 1);
    await world.target('GitRepository', name);
    await annotated();
    await settled();
    expect(await tally()).toMatchObject({ done: 1, poison: 0, left: 0, dead: 0 });
  });

  it('connected to again while a message waits for its target: others are done meanwhile', IN_TURN, async () => {
    const name = `meanwhile-${type}`;
    const waiting = { kind: 'GitRepository', name: `${name}-waiting`, filter: 'has(req.waits)' };
    const { queue, objects, outcomes, tally, settled } = await read('meanwhile', {
      spec: { resources: [waiting, { kind: 'GitRepository', name, filter: '!has(req.waits)' }] },
    });
    await queue.send(['{"waits":true}']);
    await waitFor('it failed', async () => (await outcomes('failing')) >= 1);
    const request = JSON.stringify({ metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } } });
    await world.kubectl('patch', 'brokerreceiver', name, '--type=merge', '-p', request);
    await waitFor('it is connected to again', async () => {
      return (await objects.read(name)).status?.lastHandledReconcileAt === 'now';
    });
    await queue.send(['{}', '{}', '{}', '{}']);
    await waitFor('the others are done', async () => (await outcomes('done')) >= 4);
    await world.target('GitRepository', waiting.name);
    await waitFor('all are done', async () => (await outcomes('done')) >= 5);
    await settled();
    expect(await tally()).toMatchObject({ poison: 0, left: 0, dead: 0 });
  });

  it('with a message whose target is never made: it is rejected after the last attempt', IN_TURN, async () => {
    const { name, queue, objects, tally, settled } = await read('missing', {
      hasTarget: false,
      spec: { maxAttempts: 2 },
    });
    await queue.send(['{}']);
    await waitFor('the Event', async () =>
      (await objects.eventsOf(name)).some((event) => event.includes('TargetNotFound')),
    );
    await settled();
    await waitFor('the dead letter', async () => (await tally()).dead === 1);
    expect(await tally()).toMatchObject({ done: 0, poison: 1, failing: 1, left: 0 });
  });
});

it('500 messages for one target and two replicas: each is done once, by few PATCHes', async () => {
  const other = await world.another();
  for (const broker of started.brokers) {
    const { name, queue, objects, outcomes, settled } = await readQueue(world, broker, 'many');
    await waitFor('both read', async () => {
      return (await objects.metric('sluice_source_up', `name="${name}"`, other)) === 1;
    });
    const patches = async () => {
      const own = await objects.metric('rest_client_requests_total', 'method="PATCH"');
      return own + (await objects.metric('rest_client_requests_total', 'method="PATCH"', other));
    };
    const done = async () => (await outcomes('done')) + (await outcomes('done', other));
    const before = await patches();
    await queue.send(Array.from({ length: MANY }, (__, number) => JSON.stringify({ number })));
    await waitFor('they are done', async () => (await done()) >= MANY);
    await settled();
    const { type } = broker;
    expect([type, await done()]).toEqual([type, MANY]);
    // As a rule 53 to 108, of which some write statuses.
    expect((await patches()) - before).toBeLessThan(MANY / 2);
    expect([type, (await queue.counts()).again ?? 0]).toEqual([type, 0]);
  }
});
