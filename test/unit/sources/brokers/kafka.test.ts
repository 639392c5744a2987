/** What is known of topics before anything is asked of a cluster. */
import { describe, expect, it } from 'vitest';
import type { KafkaBlock } from '../../../../operator/sources/brokers/kafka/block.ts';
import { kafkaError } from '../../../../operator/sources/brokers/kafka/kafka-error.ts';
import {
  createPartition,
  doneUpTo,
  type FetchedRecord,
  isBlocked,
  takeNext,
} from '../../../../operator/sources/brokers/kafka/partition.ts';
import { kafka } from '../../../../operator/sources/brokers/kafka.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createLines } from '../../receivers/lines.ts';

const block: KafkaBlock = { bootstrapServers: ['kafka:9092'], topics: ['a', 'b'], consumerGroup: 'g' };
const oauth = { mechanism: 'oauthbearer', audience: 'kafka' } as const;

describe('a block', () => {
  it('is called by its topics and group', () => {
    expect(kafka.title(block)).toBe('a, b (g)');
  });

  it.each<[changes: Partial<KafkaBlock>, fault: string | undefined]>([
    [{}, undefined],
    [{ bootstrapServers: ['[::1]:9092', 'KAFKA:1'] }, undefined],
    [{ bootstrapServers: ['kafka:1', 'kafka'] }, 'spec.kafka.bootstrapServers[1] must be host:port'],
    [{ bootstrapServers: ['kafka:99999'] }, 'spec.kafka.bootstrapServers[0] must be host:port'],
    [{ bootstrapServers: ['169.254.169.254:80'] }, expect.stringContaining('is a link-local address')],
    [{ deadLetterTopic: 'dead' }, undefined],
    [{ deadLetterTopic: 'b' }, expect.stringContaining('spec.kafka.deadLetterTopic is one of')],
    [{ tls: true, sasl: oauth }, undefined],
    [{ sasl: oauth }, expect.stringContaining('needs spec.kafka.tls: true')],
    [
      { tls: true, sasl: { mechanism: 'oauthbearer' } },
      expect.stringContaining('spec.kafka.sasl.audience is required'),
    ],
    [
      { sasl: { mechanism: 'plain', audience: 'x' } },
      expect.stringContaining('is for the mechanism oauthbearer alone'),
    ],
  ])('with %j: %s', (changes, fault) => {
    expect(kafka.check({ ...block, ...changes })).toEqual(fault);
  });

  it.each<[changes: Partial<KafkaBlock>, identity: string]>([
    [{}, 'secret-only'],
    [{ sasl: { mechanism: 'plain' } }, 'secret-only'],
    [{ sasl: oauth }, 'required'],
  ])('with %j has an identity that is %s', (changes, identity) => {
    expect(kafka.identity({ ...block, ...changes })).toBe(identity);
  });
});

it('with a password needs a Secret for it', async () => {
  const settings = { identity: { kind: 'none' }, certificates: undefined, consumer: 'c' } as const;
  const opening = kafka.open({
    ...{ block: { ...block, sasl: { mechanism: 'plain' } }, clock: createManualClock(), log: createLines().log },
    ...settings,
  });
  await expect(opening).rejects.toMatchObject({
    code: 'SecretNotFound',
    message: expect.stringMatching(/^kafka with plain needs .* set spec\.secretRef$/),
  });
});

describe('an error of the client', () => {
  const coded = (apiId: string) => Object.assign(new Error('secret words'), { apiId });
  const nested = (error: Error) => new AggregateError([new Error('outer', { cause: error })], 'outermost');

  it.each<[error: Error, code: string, says: string]>([
    [coded('UNKNOWN_TOPIC_OR_PARTITION'), 'SourceNotFound', '--create --topic a'],
    [coded('TOPIC_AUTHORIZATION_FAILED'), 'AccessDenied', 'allow Read and Describe on topic a, b and Read on group g'],
    [coded('GROUP_AUTHORIZATION_FAILED'), 'AccessDenied', 'GROUP_AUTHORIZATION_FAILED'],
    [coded('SASL_AUTHENTICATION_FAILED'), 'AuthenticationFailed', 'SASL_AUTHENTICATION_FAILED'],
    [coded('INCONSISTENT_GROUP_PROTOCOL'), 'SourceUnsuitable', 'consumer group g is used by another kind'],
    [coded('COORDINATOR_NOT_AVAILABLE'), 'Unreachable', 'COORDINATOR_NOT_AVAILABLE'],
    [Object.assign(new Error('secret words'), { code: 'ECONNRESET' }), 'Unreachable', 'ECONNRESET'],
    [Object.assign(new Error('secret words'), { code: 'secret words' }), 'Unreachable', 'no answer'],
  ])('%o is told by its code alone', (error, code, says) => {
    for (const each of [error, nested(error)]) {
      const found = kafkaError(each, block);
      expect(found.code).toBe(code);
      expect(found.message).toContain(says);
      expect(found.message).not.toContain('secret');
    }
  });
});

describe('a partition', () => {
  const record = (offset: bigint): FetchedRecord => ({ offset, key: null, value: null, headers: [] });
  const partition = (...offsets: readonly bigint[]) => {
    const made = createPartition('a', 0, 100n, -1n);
    made.waiting.push(...offsets.map(record));
    return made;
  };

  it('is done up to the first record that is not, whatever came after it', () => {
    const each = partition(3n, 5n, 9n);
    expect(doneUpTo(each)).toBe(3n);
    for (const offset of [3n, 5n, 9n]) expect(takeNext(each)?.offset).toBe(offset);
    each.open.delete(5n);
    expect(doneUpTo(each)).toBe(3n);
    each.open.delete(3n);
    expect(doneUpTo(each)).toBe(9n);
    each.open.delete(9n);
    expect(doneUpTo(each)).toBe(100n);
  });

  it('is not done beyond a record that waits to be given out again', () => {
    const each = partition(3n, 5n);
    takeNext(each);
    takeNext(each);
    each.open.delete(3n);
    each.waiting.push(record(3n));
    expect(doneUpTo(each)).toBe(3n);
  });

  it('gives out ten from the first that is not done on, and more once that is', () => {
    const each = partition(...Array.from({ length: 20 }, (_, index) => BigInt(index)));
    for (let count = 0; count < 10; count += 1) expect(takeNext(each)?.offset).toBe(BigInt(count));
    for (let offset = 1n; offset < 10n; offset += 1n) each.open.delete(offset);
    expect(isBlocked(each)).toBe(true);
    expect(takeNext(each)).toBeUndefined();
    each.open.delete(0n);
    expect(takeNext(each)?.offset).toBe(10n);
  });
});
