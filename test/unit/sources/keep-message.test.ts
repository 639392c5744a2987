/** What is kept of messages: what is in their envelopes, never an envelope. */
import { expect, it } from 'vitest';
import type { BrokerReceiverSpec } from '../../../operator/api/broker-receiver/broker-receiver.ts';
import type { BodyCopy } from '../../../operator/deliveries/bodies/copy-body.ts';
import type { DeliveryRecord } from '../../../operator/deliveries/records/record.ts';
import { createKeepMessage } from '../../../operator/sources/keep-message.ts';
import { aBrokerReceiver } from './a-broker-receiver.ts';

async function keptOf(spec: Partial<BrokerReceiverSpec>, body: string, attributes: Record<string, string> = {}) {
  const kept: BodyCopy[] = [];
  const keep = createKeepMessage({
    bodies: { keep: (_record, copy) => void (typeof copy === 'object' && kept.push(copy)) },
    object: aBrokerReceiver({ ...spec, deliveries: { keepBodies: 1 } }),
    secret: async (_namespace, name) => ({ token: Buffer.from(`s3cr3t of ${name}`) }),
    receiver: (key) => ({ spec: { type: 'github', resources: [], secretRef: { name: `hook of ${key}` } } }),
  });
  keep?.({} as DeliveryRecord, { body: Buffer.from(body), attributes, sentAtMs: undefined });
  await new Promise(setImmediate);
  return kept;
}

const gateway = {
  headers: { 'X-Hub-Signature-256': 'sha256=0', Cookie: 'a', 'Content-Type': 'application/json' },
  body: '{"ref":"main"}',
};
const sns = {
  ...{ Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: '{"tag":"v1"}', MessageId: 'm' },
  ...{ Signature: 'abc', SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/a.pem', SignatureVersion: '1' },
};

it.each<[what: string, spec: Partial<BrokerReceiverSpec>, body: string, kept: string[][]]>([
  ['plain JSON', {}, '{"a":1}', [['{"a":1}', 'application/json']]],
  ['an event of Amazon SNS', {}, JSON.stringify(sns), [['{"tag":"v1"}', 'application/json']]],
  ['no JSON object', {}, 'text', []],
  [
    'a webhook with its headers',
    { receiverRef: { name: 'web' } },
    JSON.stringify(gateway),
    [['{"ref":"main"}', 'application/json']],
  ],
])('of %s what is inside', async (_what, spec, body, kept) => {
  expect((await keptOf(spec, body)).map(({ bytes, contentType }) => [bytes.toString(), contentType])).toEqual(kept);
});

it('of a webhook nothing that is in the Secret of its Receiver, nor in its own', async () => {
  const spec = { receiverRef: { name: 'web' }, secretRef: { name: 'broker' } };
  const [kept] = await keptOf(spec, JSON.stringify(gateway));
  expect(kept?.wanted).toEqual({ count: 1, secrets: ['s3cr3t of broker', 's3cr3t of hook of apps/web'] });
});
