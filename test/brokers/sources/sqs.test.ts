/** The source of a queue against two servers that were made apart from each other, and from it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineProgress } from '../../../control-plane/progress.ts';
import type { Source } from '../../../operator/sources/source.ts';
import { startElasticMq } from '../../../scripts/brokers/elasticmq.ts';
import { startMoto } from '../../../scripts/brokers/moto.ts';
import type { ServerProcess } from '../../../scripts/brokers/server-process.ts';
import { openSqs, receiveAll } from '../../support/sources/open-sqs.ts';
import { type SqsCall, type SqsFront, startSqsFront } from '../../support/sources/sqs-front.ts';
import { type SqsQueues, sqsQueues } from '../../support/sources/sqs-queues.ts';
import { waitFor } from '../../support/wait-for.ts';

const servers = { moto: startMoto, ElasticMQ: startElasticMq };
const entriesOf = (call: SqsCall | undefined) => (call?.input.Entries ?? []) as readonly Record<string, unknown>[];
const never = new AbortController().signal;

describe.each(Object.entries(servers))('%s', (_, start) => {
  let server: ServerProcess & { readonly url: string };
  let front: SqsFront;
  let queues: SqsQueues;
  const sources: Source[] = [];
  beforeAll(async () => {
    server = await start(lineProgress());
    front = await startSqsFront({ url: server.url });
    queues = sqsQueues(server.url);
  });
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.close()));
    queues?.stop();
    await front?.stop();
    await server?.stop();
  });

  /** Through the front. */
  async function open(queueUrl: string): Promise<Source> {
    const source = await openSqs({ queueURL: queueUrl.replace(server.url, front.url) });
    sources.push(source);
    return source;
  }
  const empty = async (url: string) => {
    const { waiting, hidden } = await queues.counts(url);
    return waiting === 0 && hidden === 0;
  };

  test('gives a message as it came, once it is done no more', async () => {
    const url = await queues.make('as-it-came');
    const source = await open(url);
    const before = Date.now();
    const id = await queues.send(url, '{"a": "ü"}', {
      'X-Event': { DataType: 'String', StringValue: 'push' },
      Number: { DataType: 'Number', StringValue: '7' },
      Bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    });
    const [message] = await receiveAll(source, 1);
    expect(message).toMatchObject({
      id,
      attempt: 1,
      last: false,
      body: Buffer.from('{"a": "ü"}'),
      attributes: { 'x-event': 'push', number: '7', bytes: 'AQI=' },
    });
    expect(message?.sentAtMs).toBeGreaterThan(before - 60_000);
    expect(await queues.counts(url)).toEqual({ waiting: 0, hidden: 1 });
    await message?.ack();
    expect(await empty(url)).toBe(true);
  });

  test('what is given back comes again, counted', async () => {
    const url = await queues.make('given-back');
    const source = await open(url);
    await queues.send(url, 'first');
    const [first] = await receiveAll(source, 1);
    await first?.retry(0);
    const [again] = await receiveAll(source, 1);
    expect(again).toMatchObject({ id: first?.id, attempt: 2 });
    await again?.retry(999);
    expect(entriesOf(front.calls.at(-1))).toMatchObject([{ VisibilityTimeout: 1 }]);
    const [third] = await receiveAll(source, 1);
    expect(third).toMatchObject({ id: first?.id, attempt: 3 });
    await third?.ack();
  });

  test('what is extended stays hidden, and is not counted', async () => {
    const url = await queues.make('extended');
    const source = await open(url);
    expect(source.extendEveryMs).toBe(15_000);
    const ids = [await queues.send(url, 'extended'), await queues.send(url, 'not extended')];
    const [extended, other] = (await receiveAll(source, 2)).sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
    expect(front.calls.findLast(({ action }) => action === 'ReceiveMessage')?.input).toMatchObject({
      VisibilityTimeout: 30,
    });
    // Both would come again after a second, but for the extension.
    await Promise.all([extended?.retry(1_000), other?.retry(1_000)]);
    const held = await receiveAll(source, 2);
    const handle = held.find(({ id }) => id === extended?.id);
    await held.find(({ id }) => id === other?.id)?.retry(1_000);
    await handle?.extend();
    const [marker] = await receiveAll(source, 1);
    expect(marker?.id).toBe(other?.id);
    expect(await queues.counts(url)).toEqual({ waiting: 0, hidden: 2 });
    await handle?.retry(0);
    const [again] = await receiveAll(source, 1);
    expect(again).toMatchObject({ id: extended?.id, attempt: 3 });
  });

  test('ten that are done are deleted by one call', async () => {
    const url = await queues.make('ten');
    const source = await open(url);
    for (let index = 0; index < 10; index++) await queues.send(url, String(index));
    const messages = await receiveAll(source, 10);
    const before = front.count('DeleteMessageBatch');
    await Promise.all(messages.map((message) => message.ack()));
    expect(front.count('DeleteMessageBatch')).toBe(before + 1);
    expect(await empty(url)).toBe(true);
  });

  test('a rejected message goes to the dead letters, and is not given again on its way', async () => {
    const { url, deadLetters } = await queues.makeWithDeadLetters('rejected', 3);
    const source = await open(url);
    expect(await source.inspect()).toEqual(['maxReceiveCount is 3, under 10']);
    await queues.send(url, 'poison');
    const [message] = await receiveAll(source, 1);
    expect(message?.last).toBe(false);
    await message?.reject('not JSON');
    const next = receiveAll(source, 1);
    await waitFor('the dead letter', async () => (await queues.counts(deadLetters)).waiting === 1);
    await queues.send(url, 'marker');
    const [marker] = await next;
    expect(marker?.body.toString()).toBe('marker');
    await marker?.ack();
    expect(await queues.bodies(deadLetters)).toEqual(['poison']);
    expect(await empty(url)).toBe(true);
  });

  test('the attempt before the queue takes it away is the last', async () => {
    const { url } = await queues.makeWithDeadLetters('last', 2);
    const source = await open(url);
    await queues.send(url, 'tried twice');
    const [first] = await receiveAll(source, 1);
    expect(first?.last).toBe(false);
    await first?.retry(0);
    const [second] = await receiveAll(source, 1);
    expect(second).toMatchObject({ attempt: 2, last: true });
    await second?.reject('given up');
  });

  test('without dead letters a rejected message is deleted', async () => {
    const url = await queues.make('no-dead-letters');
    const source = await open(url);
    expect(await source.inspect()).toEqual(['no dead-letter queue, so rejected messages are deleted']);
    await queues.send(url, 'poison');
    const [message] = await receiveAll(source, 1);
    await message?.reject('not JSON');
    expect(await empty(url)).toBe(true);
  });

  test('what somebody else has done meanwhile is no error', async () => {
    const url = await queues.make('stale');
    const [source, other] = [await open(url), await open(url)];
    await queues.send(url, 'twice');
    const [stale] = await receiveAll(source, 1);
    await stale?.extend();
    // Its time was up, as it is for a replica that hung.
    await queues.show(url, String(entriesOf(front.calls.at(-1))[0]?.ReceiptHandle));
    const [fresh] = await receiveAll(other, 1);
    expect(fresh?.id).toBe(stale?.id);
    await fresh?.ack();
    await stale?.extend();
    await stale?.ack();
    expect(await empty(url)).toBe(true);
  });

  test('a queue that is gone is named with the command that makes it, and read again once it is there', async () => {
    const url = await queues.make('remade');
    const source = await open(url);
    await queues.remove(url);
    await expect(source.receive(10, never)).rejects.toMatchObject({
      code: 'SourceNotFound',
      message:
        'queue remade (eu-west-1) does not exist; to make it: aws sqs create-queue --queue-name remade --region eu-west-1',
    });
    await expect(open(url)).rejects.toMatchObject({ code: 'SourceNotFound' });
    await queues.make('remade');
    await queues.send(url, 'after');
    const [message] = await receiveAll(source, 1);
    expect(message?.body.toString()).toBe('after');
  });

  test('messages of a FIFO queue come one after the other', async () => {
    const url = await queues.make('ordered.fifo', { FifoQueue: 'true' });
    const source = await open(url);
    await queues.send(url, 'one');
    const [one] = await receiveAll(source, 1);
    await queues.send(url, 'two');
    await one?.ack();
    const [two] = await receiveAll(source, 1);
    expect(two?.body.toString()).toBe('two');
    await two?.ack();
    expect(await empty(url)).toBe(true);
  });

  test('the visibility of a queue counts where it is longer than ours', async () => {
    const url = await queues.make('patient', { VisibilityTimeout: '120' });
    const source = await open(url);
    await queues.send(url, 'x');
    await receiveAll(source, 1);
    expect(source.extendEveryMs).toBe(60_000);
    expect(front.calls.at(-1)?.input).toMatchObject({ VisibilityTimeout: 120 });
  });

  test('what waits is known', async () => {
    const url = await queues.make('waiting');
    await queues.send(url, 'x');
    const source = await open(url);
    expect(source.lag()).toBe(1);
    const [message] = await receiveAll(source, 1);
    await message?.ack();
    await source.inspect();
    await source.inspect();
    expect(source.lag()).toBe(0);
  });
});
