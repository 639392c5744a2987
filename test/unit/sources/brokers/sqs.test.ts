import { beforeAll, describe, expect, test } from 'vitest';
import type { SqsBlock } from '../../../../operator/sources/brokers/sqs/queue.ts';
import { createSqs } from '../../../../operator/sources/brokers/sqs.ts';
import { unwrap } from '../../../../operator/sources/envelopes/unwrap.ts';
import type { Message, SourceType } from '../../../../operator/sources/source.ts';
import { createSnsProof } from '../../../../operator/verify/sns/create-sns-proof.ts';
import { createSnsSigner, type SnsSigner, TOPIC_ARN } from '../../../support/sns-signer.ts';

let signer: SnsSigner;
let sqs: SourceType<SqsBlock>;
const fetched: string[] = [];

beforeAll(async () => {
  signer = await createSnsSigner();
  const fetchText = async (url: string) => {
    fetched.push(url);
    return signer.certificatePem;
  };
  sqs = createSqs(createSnsProof({ now: () => 0, fetchText }));
});

const queueURL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/flux-events';
const prove = async (topicARNs: readonly string[] | undefined, body: unknown) => {
  const message = { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) } as Message;
  return await sqs.prove?.({ queueURL, ...(topicARNs && { topicARNs }) }, message);
};

describe('a message', () => {
  test('of a listed topic is proved by its signature', async () => {
    expect(await prove([TOPIC_ARN], signer.notification({ a: 1 }))).toBe('sns');
    await prove(
      ['arn:aws:sns:eu-west-1:111122223333:other', TOPIC_ARN],
      signer.notification({}, { SignatureVersion: '2' }),
    );
  });

  test.each([undefined, []])('needs no proof where the topics are %j', async (topics) => {
    expect(await prove(topics, 'anything')).toBeUndefined();
  });

  test('of another topic is not even looked at', async () => {
    const other = 'arn:aws:sns:eu-west-1:999999999999:flux-events';
    const before = fetched.length;
    await expect(prove([TOPIC_ARN], signer.notification({}, { TopicArn: other }))).rejects.toMatchObject({
      code: 'TopicNotListed',
    });
    expect(fetched).toHaveLength(before);
  });

  test('is read as what was signed, whatever stands beside it', async () => {
    const forged = {
      ...signer.notification({ a: 1 }),
      specversion: '1.0',
      id: 'x',
      source: 'y',
      type: 'z',
      data: { a: 2 },
    };
    const proved = await prove([TOPIC_ARN], forged);
    const body = Buffer.from(JSON.stringify(forged));
    const attributes = { 'content-type': 'application/cloudevents+json' };
    expect(unwrap({ body, attributes, broker: 'sqs', format: 'auto', proved })).toMatchObject([
      { req: { a: 1 }, type: '', path: ['sns'] },
    ]);
  });

  test('that was changed, or came without an envelope, is not genuine', async () => {
    const forged = { ...signer.notification({ a: 1 }), Message: '{"a":2}' };
    await expect(prove([TOPIC_ARN], forged)).rejects.toMatchObject({ code: 'SignatureMismatch' });
    await expect(prove([TOPIC_ARN], { a: 1 })).rejects.toMatchObject({ code: 'PayloadInvalid' });
  });
});
