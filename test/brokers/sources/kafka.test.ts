/** Topics of a real Kafka, read by a group: what is done is committed, and nothing else. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lineProgress } from '../../../control-plane/progress.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import type { KafkaBlock } from '../../../operator/sources/brokers/kafka/block.ts';
import { kafka } from '../../../operator/sources/brokers/kafka.ts';
import type { Message, ServiceAccount, Source } from '../../../operator/sources/source.ts';
import { KAFKA_USER, type Kafka, startKafka } from '../../../scripts/brokers/kafka.ts';
import { type KafkaTopics, kafkaTopics } from '../../support/sources/kafka-topics.ts';
import { faultOf, type OpenOptions, openSource, receiveCount } from '../../support/sources/open-source.ts';
import { waitFor } from '../../support/wait-for.ts';
import { createLines } from '../../unit/receivers/lines.ts';

const never = new AbortController().signal;
let server: Kafka;
let topics: KafkaTopics;
const sources: Source[] = [];

beforeAll(async () => {
  server = await startKafka(lineProgress());
  topics = kafkaTopics(server.url);
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
});
afterAll(async () => {
  await topics?.close();
  await server?.stop();
});

/** The group has the topic's name. */
async function open(topic: string, block: Partial<KafkaBlock> = {}, options: OpenOptions = {}): Promise<Source> {
  const source = await openSource(
    kafka,
    {
      ...{ bootstrapServers: [server.url], topics: [topic], consumerGroup: topic, startFrom: 'earliest' },
      ...block,
    },
    options,
  );
  sources.push(source);
  return source;
}

const texts = (messages: readonly Message[]) => messages.map(({ body }) => body.toString());
const ackAll = (messages: readonly Message[]) => Promise.all(messages.map((message) => message.ack()));
const committed = (topic: string, offset: bigint) =>
  waitFor(`offset ${offset} of ${topic}`, async () => (await topics.committed(topic, topic))[0] === offset);

describe('a topic', () => {
  it('gives each record as it came, and has it committed once it is done', async () => {
    await topics.make('as-it-came');
    await topics.write([
      { topic: 'as-it-came', value: '{"a":"ü"}', key: 'k', headers: { CE_Type: 'push', 'content-type': 'x/y' } },
      { topic: 'as-it-came', value: null },
    ]);
    const source = await open('as-it-came');
    const [first, second] = await receiveCount(source, 2);
    expect(first).toMatchObject({
      ...{ id: 'as-it-came/0/0', attempt: 0, last: false, sentAtMs: undefined },
      body: Buffer.from('{"a":"ü"}'),
      attributes: { ce_type: 'push', 'content-type': 'x/y' },
    });
    expect(second).toMatchObject({ id: 'as-it-came/0/1', body: Buffer.alloc(0) });
    await second?.ack();
    await committed('as-it-came', 0n);
    expect(source.lag()).toBe(2);
    await first?.ack();
    await committed('as-it-came', 2n);
    expect(source.lag()).toBe(0);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'whose records are compressed by %s is read',
    async (algorithm) => {
      await topics.make(`by-${algorithm}`);
      await topics.write([{ topic: `by-${algorithm}`, value: 'small'.repeat(100) }], algorithm);
      expect(texts(await receiveCount(await open(`by-${algorithm}`), 1))).toEqual(['small'.repeat(100)]);
    },
  );

  it('begins at its end, unless it is to begin at its beginning, and loses nothing from then on', async () => {
    await topics.make('latest');
    await topics.write([{ topic: 'latest', value: 'before' }]);
    const source = await open('latest', { startFrom: 'latest' });
    await committed('latest', 1n);
    await topics.write([{ topic: 'latest', value: 'after' }]);
    expect(texts(await receiveCount(source, 1))).toEqual(['after']);
    await source.close();
    const again = await open('latest', { startFrom: 'latest' });
    expect(texts(await receiveCount(again, 1))).toEqual(['after']);
  });

  it('gives what was not done again after an end, and nothing that was', async () => {
    await topics.make('ended');
    await topics.write(['a', 'b', 'c'].map((value) => ({ topic: 'ended', value })));
    const source = await open('ended');
    const [a, b, c] = await receiveCount(source, 3);
    await Promise.all([a?.ack(), c?.ack(), b?.retry(0)]);
    await source.close();
    expect(texts(await receiveCount(await open('ended'), 2))).toEqual(['b', 'c']);
  });

  it('waits for a record that is not done, when ten more were given out; other partitions go on', async () => {
    await topics.make('head', 2);
    const values = Array.from({ length: 20 }, (_, index) => `m${index}`);
    await topics.write(values.map((value) => ({ topic: 'head', value, partition: 0 })));
    const source = await open('head');
    const given = await receiveCount(source, 10);
    await ackAll(given.slice(1));
    await topics.write([{ topic: 'head', value: 'other', partition: 1 }]);
    expect(texts(await receiveCount(source, 1))).toEqual(['other']);
    await given[0]?.ack();
    expect(texts(await receiveCount(source, 10))).toEqual(values.slice(10));
  });

  it('gives a record again that is to be tried later', async () => {
    await topics.make('later');
    await topics.write([{ topic: 'later', value: 'a' }]);
    const source = await open('later');
    const [first] = await receiveCount(source, 1);
    await first?.retry(10);
    const [again] = await receiveCount(source, 1);
    expect(again?.id).toBe(first?.id);
    await again?.ack();
    await committed('later', 1n);
  });

  it('has no lag behind transactions, of which only those that are committed are read', async () => {
    await topics.make('transactions');
    await topics.transact([{ topic: 'transactions', value: 'aborted' }], 'abort');
    await topics.transact([{ topic: 'transactions', value: 'kept' }], 'commit');
    const source = await open('transactions');
    const [kept] = await receiveCount(source, 1);
    expect(kept?.body.toString()).toBe('kept');
    await kept?.ack();
    const receiving = source.receive(10, never);
    const [end = 0n] = await topics.ends('transactions');
    expect(end).toBeGreaterThan(3n);
    await committed('transactions', end);
    expect(source.lag()).toBe(0);
    expect(await receiving).toEqual([]);
  });

  it('whose records were deleted before they were read is read on, from the first that there is', async () => {
    await topics.make('expired');
    await topics.write(['a', 'b', 'c'].map((value) => ({ topic: 'expired', value })));
    const source = await open('expired');
    await (await receiveCount(source, 1))[0]?.ack();
    await committed('expired', 1n);
    await source.close();
    await topics.expire('expired', 2n);
    const again = await open('expired', { startFrom: 'latest' });
    const [c] = await receiveCount(again, 1);
    expect(c?.body.toString()).toBe('c');
    await topics.expire('expired', 3n);
    await c?.ack();
    await committed('expired', 3n);
  });

  it('that is made again has all its records read, whatever the group committed before', async () => {
    await topics.make('again');
    await topics.commit('again', 'again', 3n);
    await topics.write([{ topic: 'again', value: 'new' }]);
    const source = await open('again', { startFrom: 'latest' });
    const [first] = await receiveCount(source, 1);
    expect(first?.body.toString()).toBe('new');
    await first?.ack();
    await committed('again', 1n);
  });

  it('ends a receive at once', async () => {
    await topics.make('ending');
    const source = await open('ending');
    const ending = new AbortController();
    const receiving = source.receive(10, ending.signal);
    ending.abort();
    expect(await receiving).toEqual([]);
  });
});

describe('a record that is rejected', () => {
  it('goes to the dead letters as it was, with its place and why', async () => {
    await topics.make('rejected');
    await topics.make('rejected-dead');
    await topics.write([{ topic: 'rejected', value: 'poison', key: 'k', headers: { own: 'x' } }]);
    const source = await open('rejected', { deadLetterTopic: 'rejected-dead' });
    expect(await source.inspect()).toEqual([]);
    const [poison] = await receiveCount(source, 1);
    await poison?.reject('FilterFailed');
    await committed('rejected', 1n);
    const [dead] = await receiveCount(await open('rejected-dead'), 1);
    expect(dead?.body.toString()).toBe('poison');
    expect(dead?.attributes).toEqual({
      ...{ own: 'x', 'sluice-topic': 'rejected', 'sluice-partition': '0', 'sluice-offset': '0' },
      'sluice-reason': 'FilterFailed',
    });
  });

  it('is passed over where there is no topic for it', async () => {
    await topics.make('passed-over');
    await topics.write([{ topic: 'passed-over', value: 'poison' }]);
    const source = await open('passed-over');
    expect(await source.inspect()).toEqual(['no deadLetterTopic, so rejected messages are passed over']);
    const [poison] = await receiveCount(source, 1);
    await poison?.reject('FilterFailed');
    await committed('passed-over', 1n);
  });

  it('is not done while it cannot be written, and the source has to be opened anew', async () => {
    await topics.make('unwritten');
    await topics.make('unwritten-dead');
    await topics.write([{ topic: 'unwritten', value: 'poison' }]);
    const source = await open('unwritten', { deadLetterTopic: 'unwritten-dead' });
    const [poison] = await receiveCount(source, 1);
    await topics.remove('unwritten-dead');
    await expect(poison?.reject('FilterFailed')).rejects.toThrow();
    expect(await faultOf(source.receive(10, never))).toContain('SourceNotFound');
    await source.close();
    expect(await topics.committed('unwritten', 'unwritten')).toEqual([0n]);
  });
});

describe('two replicas', () => {
  it('share the partitions, and go on from what is done when one of them comes or goes', async () => {
    await topics.make('shared', 4);
    const write = (name: string) =>
      topics.write(
        Array.from({ length: 8 }, (_, index) => ({ topic: 'shared', value: `${name}${index}`, partition: index % 4 })),
      );
    const seen = new Set<string>();
    /** By all of them, until `count` have been seen. */
    const read = async (count: number, ...readers: readonly Source[]) => {
      const complete = new AbortController();
      const readBy = async (source: Source) => {
        while (seen.size < count) {
          const messages = await source.receive(10, complete.signal);
          for (const text of texts(messages)) seen.add(text);
          await ackAll(messages);
        }
        complete.abort();
      };
      await Promise.all(readers.map(readBy));
    };
    const one = await open('shared');
    await write('a');
    await read(8, one);
    const two = await open('shared');
    await write('b');
    await read(16, one, two);
    await one.close();
    await write('c');
    await read(24, two);
    expect([...seen].sort()).toHaveLength(24);
  });

  it('take over what another had and did not do', async () => {
    await topics.make('taken-over');
    await topics.write([{ topic: 'taken-over', value: 'a' }]);
    const one = await open('taken-over');
    const [held] = await receiveCount(one, 1);
    const two = await open('taken-over');
    await one.close();
    const [again] = await receiveCount(two, 1);
    expect(again?.id).toBe(held?.id);
    await held?.ack();
    await again?.ack();
    await committed('taken-over', 1n);
  });
});

describe('what cannot be read', () => {
  it('is told: a topic that is missing, also that of the dead letters', async () => {
    expect(await faultOf(open('missing'))).toMatch(
      /^SourceNotFound: topic missing .*kafka-topics.sh.*--create --topic missing$/,
    );
    await topics.make('there');
    expect(await faultOf(open('there', { deadLetterTopic: 'no-dead' }))).toContain('SourceNotFound: topic no-dead');
  });

  it('is told: no broker, or none that speaks Kafka', async () => {
    expect(await faultOf(open('x', { bootstrapServers: ['127.0.0.1:1'] }))).toBe(
      'Unreachable: 127.0.0.1:1 failed: ECONNREFUSED',
    );
    expect(await faultOf(open('x', { bootstrapServers: ['no.such.host.invalid:9092'] }))).toContain('Unreachable');
    expect(await faultOf(open('x', { bootstrapServers: [server.secureUrl] }))).toContain('Unreachable');
  });

  it('is told: an address that is link-local, the cluster’s own included', async () => {
    expect(await faultOf(open('x', { bootstrapServers: ['169.254.169.254:9092'] }))).toBe(
      'Unreachable: a broker of the cluster has a link-local address',
    );
  });
});

describe('a cluster', () => {
  it('that is killed is told, and read on from where it was once it is back', async () => {
    const own = await startKafka(lineProgress());
    const ofOwn = kafkaTopics(own.url);
    try {
      await ofOwn.make('killed');
      await ofOwn.write(['a', 'b'].map((value) => ({ topic: 'killed', value })));
      const block = { bootstrapServers: [own.url] };
      const source = await open('killed', block);
      const [a] = await receiveCount(source, 2);
      await a?.ack();
      await waitFor('a to be committed', async () => (await ofOwn.committed('killed', 'killed'))[0] === 1n);
      await own.kill();
      expect(await faultOf(receiveCount(source, 1))).toContain('Unreachable');
      await source.close();
      expect(await faultOf(open('killed', block))).toContain('Unreachable');
      await own.start();
      const again = await waitFor('it to be back', () => open('killed', block).catch(() => undefined));
      expect(texts(await receiveCount(again, 1))).toEqual(['b']);
    } finally {
      await Promise.all(sources.splice(0).map((source) => source.close()));
      await ofOwn.close();
      await own.stop();
    }
  });

  it('that says its brokers have a link-local address is not followed there', async () => {
    const astray = await startKafka(lineProgress(), { advertised: '169.254.169.254:9092' });
    try {
      expect(await faultOf(open('x', { bootstrapServers: [astray.url] }))).toMatch(/SourceNotFound/);
      const made = kafkaTopics(astray.secureUrl, { ca: astray.authority });
      await made.make('astray').finally(() => made.close());
      expect(await faultOf(open('astray', { bootstrapServers: [astray.url] }))).toBe(
        'Unreachable: a broker of the cluster has a link-local address',
      );
    } finally {
      await astray.stop();
    }
  });
});

describe('over TLS', () => {
  const secure = () => ({ bootstrapServers: [server.secureUrl], tls: true });
  const certificates = () => ({ 'ca.crt': server.authority });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('a user proves who it is by %s', async (mechanism) => {
    await topics.make(`sasl-${mechanism}`);
    await topics.write([{ topic: `sasl-${mechanism}`, value: 'a' }]);
    const options = { secret: { ...KAFKA_USER, password: `${KAFKA_USER.password}\n` }, certificates: certificates() };
    const source = await open(`sasl-${mechanism}`, { ...secure(), sasl: { mechanism } }, options);
    expect(texts(await receiveCount(source, 1))).toEqual(['a']);
  });

  it.each(['plain', 'scram-sha-256'] as const)('a wrong password is refused by %s', async (mechanism) => {
    const options = { secret: { ...KAFKA_USER, password: 'wrong' }, certificates: certificates() };
    const fault = await faultOf(open('x', { ...secure(), sasl: { mechanism } }, options));
    expect(fault).toContain('AuthenticationFailed');
    expect(fault).not.toContain('wrong');
  });

  it('an authority that is not known is refused', async () => {
    const fault = await faultOf(open('x', { ...secure(), sasl: { mechanism: 'plain' } }, { secret: KAFKA_USER }));
    expect(fault).toMatch(/^Unreachable: .*(UNABLE_TO|SELF_SIGNED)/);
  });

  it('a ServiceAccount proves who it is by its token, which goes nowhere without TLS', async () => {
    await topics.make('sasl-oauthbearer');
    await topics.write([{ topic: 'sasl-oauthbearer', value: 'a' }]);
    const audiences: string[] = [];
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const seconds = Math.floor(Date.now() / 1_000);
    const account: ServiceAccount = {
      ...{ namespace: 'apps', name: 'flux', uid: 'u1', annotations: {} },
      async token(audience) {
        audiences.push(audience);
        return `${encoded({ alg: 'none' })}.${encoded({ sub: 'flux', iat: seconds, exp: seconds + 600 })}.`;
      },
    };
    const block: KafkaBlock = {
      ...{ ...secure(), topics: ['sasl-oauthbearer'], consumerGroup: 'oauth', startFrom: 'earliest' },
      sasl: { mechanism: 'oauthbearer', audience: 'kafka' },
    };
    expect(kafka.check({ ...block, tls: false })).toContain('needs spec.kafka.tls: true');
    const source = await kafka.open({
      ...{ block, identity: { kind: 'service-account', account }, consumer: 'sluice-0', clock: systemClock },
      certificates: { 'ca.crt': Buffer.from(server.authority) },
      log: createLines().log,
    });
    sources.push(source);
    expect(texts(await receiveCount(source, 1))).toEqual(['a']);
    expect(new Set(audiences)).toEqual(new Set(['kafka']));
  });

  it('a Secret without a password is told', async () => {
    const options = { secret: { username: 'u' }, certificates: certificates() };
    expect(await faultOf(open('x', { ...secure(), sasl: { mechanism: 'plain' } }, options))).toBe(
      'SecretNotFound: the Secret of secretRef lacks the key password',
    );
  });
});
