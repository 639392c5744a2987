/** From a message to its outcome: what is decoded, filtered and notified. */
import { describe, expect, it } from 'vitest';
import type { BrokerReceiverSpec } from '../../../operator/api/broker-receiver/broker-receiver.ts';
import { RequestError } from '../../../operator/api/errors.ts';
import { createTargetOutcomes } from '../../../operator/deliveries/records/target-outcomes.ts';
import type { CarriedWebhook, MessageNotes } from '../../../operator/receivers/admit-message.ts';
import type { MessageNotification, Outcome } from '../../../operator/receivers/notify-message.ts';
import { compileSource } from '../../../operator/sources/compile.ts';
import { createJudge } from '../../../operator/sources/judge.ts';
import type { Message, SourceType } from '../../../operator/sources/source.ts';
import { aBrokerReceiver } from './a-broker-receiver.ts';
import { memoryMessage } from './memory-source.ts';
import { memoryType } from './memory-type.ts';

function setUp(spec: Partial<BrokerReceiverSpec> = {}, outcomes: Outcome[] = [], prove?: SourceType['prove']) {
  const type: SourceType = { ...(memoryType as SourceType), ...(prove === undefined ? {} : { prove }) };
  const notified: MessageNotification[] = [];
  const admitted: [string, CarriedWebhook][] = [];
  const handshakes: string[] = [];
  const notes: MessageNotes[] = [];
  const judge = createJudge({
    compiled: compileSource(aBrokerReceiver(spec), new Map([['sqs', type]])),
    namespace: 'apps',
    notifying: {
      async notify(notification) {
        notified.push(notification);
        return outcomes.shift() ?? { outcome: 'done', targets: 1 };
      },
      async admit(receiver, webhook, noted) {
        if (noted !== undefined) noted.event = 'push';
        admitted.push([receiver, webhook]);
        return { outcome: 'done', targets: 1 };
      },
    },
    onHandshake: ({ kind }) => void handshakes.push(kind),
    recorder: {
      begin() {
        const begun: MessageNotes = { account: createTargetOutcomes() };
        notes.push(begun);
        return begun;
      },
      ended: () => undefined,
    },
  });
  return {
    judge: (message: Partial<Message>, attempt = 1) => judge(memoryMessage(message, []), attempt),
    notified,
    admitted,
    handshakes,
    notes,
  };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const eventBridge = (type: string) => ({
  'detail-type': type,
  source: 'aws.ecr',
  id: '1',
  detail: { tag: 'v1' },
  resources: ['arn'],
});
const filter = { resourceFilter: "req.tag == 'v1' && msg.attempt == 2" };

it('shows filters the innermost payload and the message', async () => {
  const { judge, notified } = setUp(filter);
  await judge({ body: json(eventBridge('ECR Image Action')) }, 2);
  expect(notified[0]).toMatchObject({
    namespace: 'apps',
    input: {
      req: { tag: 'v1' },
      msg: {
        type: 'ECR Image Action',
        source: 'aws.ecr',
        subject: 'arn',
        attempt: 2n,
        broker: 'sqs',
        path: ['eventbridge'],
      },
    },
  });
});

it('unwraps nothing with format json, and makes nothing to see without a filter', async () => {
  const { judge, notified } = setUp({ format: 'json', ...filter });
  await judge({ body: json(eventBridge('x')) });
  expect(notified[0]?.input?.req).toMatchObject({ detail: { tag: 'v1' } });
  const plain = setUp();
  await plain.judge({ body: Buffer.from('no JSON') });
  expect(plain.notified[0]?.input).toBeUndefined();
});

it.each<[name: string, spec: Partial<BrokerReceiverSpec>, message: Partial<Message>, outcome: string, calls: number]>([
  ['an event that is listed', { events: ['ecr image*'] }, { body: json(eventBridge('ECR Image Action')) }, 'done', 1],
  ['one that is not', { events: ['other'] }, { body: json(eventBridge('ECR Image Action')) }, 'done', 0],
  ['one without a type, with a list', { events: ['other'] }, { body: json({ a: 1 }) }, 'done', 0],
  ['no JSON object while a filter reads req', { ...filter, events: ['other'] }, { body: json([1]) }, 'poison', 0],
  ['no JSON object while a filter reads msg alone', { resourceFilter: "msg.id == ''" }, { body: json([1]) }, 'done', 1],
  ['broken gzip', {}, { body: Buffer.from([0x1f, 0x8b, 1, 2]) }, 'poison', 0],
  ['3 MiB and one byte', {}, { body: Buffer.alloc(3 * 1024 * 1024 + 1, 'x') }, 'poison', 0],
  ['JSON deeper than 64', {}, { body: Buffer.from(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`) }, 'poison', 0],
])('%s', async (_name, spec, message, outcome, calls) => {
  const { judge, notified } = setUp(spec);
  expect(await judge(message)).toMatchObject({ outcome });
  expect(notified).toHaveLength(calls);
});

it('takes the worst outcome of several events', async () => {
  const away: Outcome = { outcome: 'away', code: 'ApiServerAway', message: '' };
  const failing: Outcome = { outcome: 'failing', code: 'TargetNotFound', message: '' };
  const event = { specversion: '1.0', id: '1', source: 's', type: 't', data: {} };
  const { judge, notified } = setUp({}, [failing, away, { outcome: 'done', targets: 1 }]);
  expect(await judge({ body: json([event, event, event]) })).toEqual(away);
  expect(notified).toHaveLength(3);
});

it('notifies nothing for a service that checks where it sends to', async () => {
  const body = json({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' });
  const { judge, notified, handshakes } = setUp();
  expect(await judge({ body })).toEqual({ outcome: 'done', targets: 0 });
  expect([notified, handshakes]).toEqual([[], ['s3-test']]);
});

describe('a proof', () => {
  it.each([
    ['SignatureMismatch', 'poison'],
    ['IssuerUnreachable', 'away'],
  ] as const)('that ends with %s: %s', async (code, outcome) => {
    const { judge, notified } = setUp({}, [], async () => {
      throw new RequestError(code);
    });
    expect(await judge({})).toMatchObject({ outcome, code });
    expect(notified).toEqual([]);
  });
});

describe('for a Receiver', () => {
  const spec = { receiverRef: { name: 'github' } };

  it('is handed over as a webhook', async () => {
    const { judge, admitted } = setUp(spec);
    await judge({ body: Buffer.from('{ "a": 1 }'), attributes: { 'X-GitHub-Event': 'push' }, sentAtMs: 5 });
    expect(admitted).toEqual([
      ['apps/github', { headers: { 'x-github-event': 'push' }, body: Buffer.from('{ "a": 1 }'), sentAtMs: 5 }],
    ]);
  });

  it('is poison where its base64 is broken', async () => {
    const { judge } = setUp(spec);
    expect(
      await judge({ body: Buffer.from('%'), attributes: { 'content-transfer-encoding': 'base64' } }),
    ).toMatchObject({
      outcome: 'poison',
      code: 'EncodingBroken',
    });
  });
});

it('notes the event for the record, and has the targets of all its events told there', async () => {
  const { judge, notes, notified } = setUp();
  await judge({ body: json(eventBridge('ECR Image Action')) });
  expect(notes).toEqual([expect.objectContaining({ event: 'ECR Image Action' })]);
  expect(notified[0]?.account).toBe(notes[0]?.account);
  const referring = setUp({ receiverRef: { name: 'web' } });
  await referring.judge({});
  expect(referring.notes).toEqual([expect.objectContaining({ event: 'push' })]);
});
