import { beforeAll, describe, expect, it } from 'vitest';
import { createSnsProof } from '../../../operator/verify/sns/create-sns-proof.ts';
import { createSns } from '../../../operator/webhooks/sns.ts';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { preparedWith, secretOf } from '../../support/secret-of.ts';
import {
  CERTIFICATE_URL,
  createSnsSigner,
  type SnsSigner,
  SUBSCRIBE_URL,
  TOPIC_ARN,
} from '../../support/sns-signer.ts';
import { headVerdictOf, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { verifiedBy } from './events-of.ts';

const settings = secretOf({ topicARNs: `${TOPIC_ARN}\n arn:aws:sns:eu-west-1:111122223333:other\t` });
let signer: SnsSigner;
let sns: WebhookType;
let asked: string[];

beforeAll(async () => {
  signer = await createSnsSigner();
  asked = [];
  const fetchText = async (url: string) => {
    asked.push(url);
    return url === CERTIFICATE_URL ? signer.certificatePem : '<ConfirmSubscriptionResponse/>';
  };
  sns = createSns(createSnsProof({ now: () => 0, fetchText }));
});

const request = (message: unknown, headers: Record<string, string> = {}) =>
  webhookRequest({
    headers: { 'Content-Type': 'text/plain; charset=UTF-8', 'X-Amz-Sns-Topic-Arn': TOPIC_ARN, ...headers },
    body: JSON.stringify(message),
  });

describe('sns', () => {
  it('gives the event in a notification', async () => {
    const verified = await verifiedBy(sns, settings, request(signer.notification({ a: 1 }, { Subject: 's' })));
    expect(verified.events).toMatchObject([{ req: { a: 1 }, source: TOPIC_ARN, subject: 's', path: ['sns'] }]);
    expect(verified.events[0]?.attributes).toMatchObject({ 'x-amz-sns-topic-arn': TOPIC_ARN });
  });

  it('reads what is signed, whatever is written beside it', async () => {
    const forged = {
      ...signer.notification({ a: 1 }),
      specversion: '1.0',
      id: 'x',
      source: 'y',
      type: 'z',
      data: { a: 2 },
    };
    const verified = await verifiedBy(
      sns,
      settings,
      request(forged, { 'Content-Type': 'application/cloudevents+json' }),
    );
    expect(verified.events).toMatchObject([{ req: { a: 1 }, type: '', path: ['sns'] }]);
  });

  it('confirms a subscription, and gives no event', async () => {
    asked.length = 0;
    const { events } = await verifiedBy(sns, settings, request(signer.confirmation('SubscriptionConfirmation')));
    expect(events).toMatchObject([{ handshake: { kind: 'sns-subscription', topicArn: TOPIC_ARN } }]);
    expect(asked.filter((url) => url !== CERTIFICATE_URL)).toEqual([SUBSCRIBE_URL]);
  });

  it('does not subscribe again to what was ended', async () => {
    asked.length = 0;
    const { events } = await verifiedBy(sns, settings, request(signer.confirmation('UnsubscribeConfirmation')));
    expect(events).toMatchObject([{ handshake: { kind: 'sns-unsubscribe', topicArn: TOPIC_ARN } }]);
    expect(asked.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
  });

  it.each([
    ['raw delivery', { 'x-amz-sns-rawdelivery': 'true' }, 'SignatureMissing'],
    ['another topic in the head', { 'X-Amz-Sns-Topic-Arn': `${TOPIC_ARN}2` }, 'TopicNotListed'],
  ])('refuses %s before the body is read', (_what, headers, code) => {
    expect(headVerdictOf(sns, settings, request(signer.notification('x'), headers))).toBe(code);
  });

  it.each([
    ['a topic that is not listed', () => signer.notification('x', { TopicArn: `${TOPIC_ARN}2` }), 'TopicNotListed'],
    ['a message that was changed', () => ({ ...signer.notification('x'), Message: 'y' }), 'SignatureMismatch'],
    ['something else', () => ({ a: 1 }), 'PayloadInvalid'],
  ])('refuses %s', async (_what, message, code) => {
    expect(await verdictOf(sns, settings, request(message()))).toBe(code);
  });

  it.each([
    [{}, "TokenNotFound: the Secret has no key 'topicARNs'"],
    [{ topicARNs: '' }, "TokenNotFound: the Secret has an empty 'topicARNs'"],
    [
      { topicARNs: ' \n' },
      "TokenNotFound: the Secret's key 'topicARNs' cannot be used: it has nothing but white space",
    ],
    [
      { topicARNs: `${TOPIC_ARN} https://example.com` },
      "TokenNotFound: the Secret's key 'topicARNs' cannot be used: entry 2 is not the ARN of an SNS topic",
    ],
    [{ topicARNs: TOPIC_ARN }, 'prepared'],
  ])('with %j is: %s', (keys, prepared) => {
    expect(preparedWith(sns, keys)).toBe(prepared);
  });
});
