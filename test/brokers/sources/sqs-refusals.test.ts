/** What the source of a queue makes of refusals and faults, which the servers for tests do not know: by a strict front. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAuthority, issueCertificate } from '../../../control-plane/certificates.ts';
import { lineProgress } from '../../../control-plane/progress.ts';
import type { Source } from '../../../operator/sources/source.ts';
import { type Moto, startMoto } from '../../../scripts/brokers/moto.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { type ConnectProxy, startConnectProxy } from '../../support/sources/connect-proxy.ts';
import { ACCESS_KEY, openSqs, receiveAll } from '../../support/sources/open-sqs.ts';
import { type FrontAnswer, type SqsFront, startSqsFront } from '../../support/sources/sqs-front.ts';
import { type SqsQueues, sqsQueues } from '../../support/sources/sqs-queues.ts';

const never = new AbortController().signal;

let moto: Moto;
let queues: SqsQueues;
let front: SqsFront;
let url: string;
let queueURL: string;
let count = 0;
const sources: Source[] = [];

beforeAll(async () => {
  moto = await startMoto(lineProgress());
  queues = sqsQueues(moto.url);
});
afterAll(async () => {
  queues?.stop();
  await moto?.stop();
});
beforeEach(async () => {
  front = await startSqsFront({ url: moto.url });
  url = await queues.make(`queue-${++count}`);
  queueURL = url.replace(moto.url, front.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(sources.splice(0).map((source) => source.close()));
  await front.stop();
});

async function open(...options: Parameters<typeof openSqs>): Promise<Source> {
  const source = await openSqs(...options);
  sources.push(source);
  return source;
}
const lastCall = (action: string) => front.calls.findLast((call) => call.action === action);
const entriesOf = (action: string) => (lastCall(action)?.input.Entries ?? []) as readonly Record<string, unknown>[];

test.each<[string, FrontAnswer, string, string]>([
  ['a missing right', { status: 400, code: 'AccessDenied' }, 'AccessDenied', 'AccessDenied'],
  ['a revoked key', { status: 403, code: 'InvalidClientTokenId' }, 'AuthenticationFailed', 'InvalidClientTokenId'],
  ['an old token', { status: 403, code: 'ExpiredToken' }, 'AuthenticationFailed', 'ExpiredToken'],
  [
    'a missing queue',
    { status: 400, code: 'AWS.SimpleQueueService.NonExistentQueue' },
    'SourceNotFound',
    'create-queue',
  ],
  ['too many calls', { status: 400, code: 'RequestThrottled' }, 'Unreachable', 'RequestThrottled'],
  ['an outage', { status: 503, code: 'ServiceUnavailable' }, 'Unreachable', 'ServiceUnavailable'],
  ['a page of a proxy', { status: 502, body: '<html>SECRET-OF-THE-ANSWER</html>' }, 'Unreachable', 'status 502'],
  ['an answer that is none', { status: 200, body: '<html>' }, 'Unreachable', 'ReceiveMessage'],
  ['a broken connection', 'drop', 'Unreachable', 'ECONNRESET'],
])('%s: one call, and an error that says why', async (_, answer, code, part) => {
  const source = await open({ queueURL });
  front.answers = { ReceiveMessage: answer };
  const error: Error = await source.receive(10, never).then(
    () => new Error('no error'),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
  expect(error.message).not.toMatch(/SECRET|\n|wJalr/);
  expect(front.count('ReceiveMessage')).toBe(1);
  front.answers = {};
  await queues.send(url, 'after');
  const [message] = await receiveAll(source, 1);
  expect(message?.attempt).toBe(1);
});

test('what is told of messages is told again where the server was closing the connection', async () => {
  const source = await open({ queueURL });
  await queues.send(url, 'told');
  const [message] = await receiveAll(source, 1);
  front.next.ChangeMessageVisibilityBatch = ['drop', 'drop'];
  await message?.extend();
  front.next.DeleteMessageBatch = ['drop'];
  await message?.ack();
  expect([front.count('ChangeMessageVisibilityBatch'), front.count('DeleteMessageBatch')]).toEqual([3, 2]);
  expect(await queues.counts(url)).toEqual({ waiting: 0, hidden: 0 });
});

test('a server that breaks every connection is told no more', async () => {
  const source = await open({ queueURL });
  await queues.send(url, 'untold');
  const [message] = await receiveAll(source, 1);
  front.answers = { DeleteMessageBatch: 'drop' };
  await expect(message?.ack()).rejects.toMatchObject({
    code: 'Unreachable',
    message: expect.stringContaining('ECONNRESET'),
  });
  expect(front.count('DeleteMessageBatch')).toBe(4);
  front.answers = {};
  await message?.ack();
});

test('a server that is not there, and one that is silent, are unreachable', async () => {
  const clock = createManualClock();
  const source = await open({ queueURL }, { clock });
  front.answers = { ReceiveMessage: 'silence' };
  const receiving = source.receive(10, never);
  const refusal = expect(receiving).rejects.toMatchObject({ code: 'Unreachable' });
  await vi.waitFor(() => expect(front.count('ReceiveMessage')).toBe(1));
  await clock.advance(30_000);
  await refusal;
  await front.stop();
  await expect(source.receive(10, never)).rejects.toMatchObject({
    code: 'Unreachable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('the signature names the region of the queue', async () => {
  await open({ queueURL, region: 'eu-west-1' });
  expect(front.calls[0]?.scope).toMatch(new RegExp(`^${ACCESS_KEY}/[0-9]{8}/eu-west-1/sqs/aws4_request$`));
  await expect(open({ queueURL, region: 'us-east-1' })).rejects.toMatchObject({
    code: 'AuthenticationFailed',
    message: expect.stringContaining('SignatureDoesNotMatch'),
  });
});

test('the endpoint takes the place of the address', async () => {
  await open({ queueURL: `https://sqs.eu-west-1.amazonaws.com/123456789012/queue-${count}`, endpoint: front.url });
  expect(front.calls.map(({ action }) => action)).toEqual(['GetQueueAttributes']);
});

test('the first poll does not wait, the next ones do, and after a fault the first one again does not', async () => {
  const source = await open({ queueURL });
  const waits = () =>
    front.calls.filter(({ action }) => action === 'ReceiveMessage').map(({ input }) => input.WaitTimeSeconds);
  expect(await source.receive(10, never)).toEqual([]);
  front.answers = { ReceiveMessage: { status: 503, code: 'ServiceUnavailable' } };
  await source.receive(10, never).catch(() => undefined);
  front.answers = {};
  expect(await source.receive(10, never)).toEqual([]);
  expect(waits()).toEqual([0, 20, 0]);
});

test('an end that comes while it polls does not cut the poll; afterwards there is none', async () => {
  const source = await open({ queueURL });
  await source.receive(10, never);
  const ending = new AbortController();
  const polling = source.receive(10, ending.signal);
  await vi.waitFor(() => expect(front.count('ReceiveMessage')).toBe(2));
  ending.abort();
  await queues.send(url, 'on its way');
  const [message] = await polling;
  expect(message?.body.toString()).toBe('on its way');
  expect(await source.receive(10, ending.signal)).toEqual([]);
  expect(front.count('ReceiveMessage')).toBe(2);
  await message?.retry(0);
  expect(await queues.counts(url)).toEqual({ waiting: 1, hidden: 0 });
});

test('an entry of a batch that failed is told to its message alone, which can be done again', async () => {
  const source = await open({ queueURL });
  for (const body of ['a', 'b']) await queues.send(url, body);
  const [one, other] = await receiveAll(source, 2);
  const failed = { Id: '1', SenderFault: false, Code: 'InternalError', Message: 'SECRET-OF-THE-ANSWER' };
  front.answers = {
    DeleteMessageBatch: { status: 200, body: JSON.stringify({ Successful: [{ Id: '0' }], Failed: [failed] }) },
  };
  const results = await Promise.allSettled([one?.ack(), other?.ack()]);
  expect(results).toMatchObject([
    { status: 'fulfilled' },
    {
      status: 'rejected',
      reason: { code: 'Unreachable', message: `sqs:DeleteMessage on queue-${count} (eu-west-1) failed: InternalError` },
    },
  ]);
  front.answers = {};
  await other?.ack();
  expect(entriesOf('DeleteMessageBatch')).toHaveLength(1);
  expect((await queues.counts(url)).hidden).toBe(1);
});

describe('when its attributes may not be read', () => {
  test('nothing that was rejected is deleted, but hidden twice as long each time', async () => {
    front.answers = { GetQueueAttributes: { status: 400, code: 'AccessDenied' } };
    const source = await open({ queueURL });
    expect(await source.inspect()).toEqual([
      'sqs:GetQueueAttributes is denied, so rejected messages are hidden, never deleted',
    ]);
    expect(source.lag()).toBeUndefined();
    await queues.send(url, 'poison');
    const [message] = await receiveAll(source, 1);
    await message?.reject('not JSON');
    expect(entriesOf('ChangeMessageVisibilityBatch')).toMatchObject([{ VisibilityTimeout: 30 }]);
    const handle = String(entriesOf('ChangeMessageVisibilityBatch')[0]?.ReceiptHandle);
    await queues.show(url, handle);
    const next = receiveAll(source, 1);
    await vi.waitFor(() =>
      expect(entriesOf('ChangeMessageVisibilityBatch')).toMatchObject([{ VisibilityTimeout: 60 }]),
    );
    await queues.send(url, 'marker');
    const [marker] = await next;
    expect(marker?.body.toString()).toBe('marker');
    await marker?.ack();
    expect(front.count('DeleteMessageBatch')).toBe(1);
    expect((await queues.counts(url)).hidden).toBe(1);
  });

  test('once they may, the next time it is done as the queue says', async () => {
    front.answers = { GetQueueAttributes: { status: 400, code: 'AccessDenied' } };
    const source = await open({ queueURL });
    await source.inspect();
    await queues.send(url, 'poison');
    const [message] = await receiveAll(source, 1);
    await message?.reject('not JSON');
    front.answers = {};
    expect(await source.inspect()).toEqual(['no dead-letter queue, so rejected messages are deleted']);
    await queues.show(url, String(entriesOf('ChangeMessageVisibilityBatch')[0]?.ReceiptHandle));
    const next = receiveAll(source, 1);
    await vi.waitFor(() => expect(front.count('DeleteMessageBatch')).toBe(1));
    await queues.send(url, 'marker');
    await (await next)[0]?.ack();
    expect(await queues.counts(url)).toEqual({ waiting: 0, hidden: 0 });
  });
});

test('what is held for almost 12 hours is given back', async () => {
  const clock = createManualClock();
  const source = await open({ queueURL }, { clock });
  await queues.send(url, 'long');
  const [message] = await receiveAll(source, 1);
  const told = async (call: Promise<void> | undefined) => {
    await clock.advance(50);
    await call;
    return entriesOf('ChangeMessageVisibilityBatch')[0]?.VisibilityTimeout;
  };
  expect(await told(message?.extend())).toBe(30);
  await clock.advance((11 * 60 + 49) * 60_000 + 45_000);
  expect(await told(message?.extend())).toBeLessThan(16);
  await clock.advance(20_000);
  expect(await told(message?.extend())).toBe(0);
  expect(source.maxHoldMs).toBe((11 * 60 + 50) * 60_000);
  expect(await queues.counts(url)).toEqual({ waiting: 1, hidden: 0 });
});

describe('connections', () => {
  let proxy: ConnectProxy;
  beforeEach(async () => {
    proxy = await startConnectProxy();
  });
  afterEach(() => proxy.stop());

  async function tlsFront(requestCert = false) {
    const authority = await createAuthority('test');
    const { certificatePem, keyPem } = await issueCertificate(authority, { commonName: 'sqs', hosts: ['127.0.0.1'] });
    const tls = {
      cert: certificatePem,
      key: keyPem,
      ca: authority.certificatePem,
      requestCert,
      rejectUnauthorized: requestCert,
    };
    const secured = await startSqsFront({ url: moto.url, tls });
    const client = await issueCertificate(authority, { commonName: 'sluice' });
    return { secured, client, ca: Buffer.from(authority.certificatePem) };
  }

  test('HTTPS is trusted by the authority of certSecretRef, and goes through the proxy of the environment', async () => {
    const { secured, ca } = await tlsFront();
    const block = { queueURL: url.replace(moto.url, secured.url) };
    await expect(open(block)).rejects.toMatchObject({
      code: 'Unreachable',
      message: expect.stringMatching(/CERT|SELF_SIGNED|UNABLE_TO/),
    });
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    await open(block, { certificates: { 'ca.crt': ca } });
    expect(proxy.targets).toEqual([new URL(secured.url).host]);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await open(block, { certificates: { 'ca.crt': ca } });
    expect(proxy.targets).toHaveLength(1);
    expect(secured.count('GetQueueAttributes')).toBe(2);
    await secured.stop();
  });

  test('a client certificate is shown where there is one', async () => {
    const { secured, client, ca } = await tlsFront(true);
    const block = { queueURL: url.replace(moto.url, secured.url) };
    await expect(open(block, { certificates: { 'ca.crt': ca } })).rejects.toMatchObject({ code: 'Unreachable' });
    const pair = { 'tls.crt': Buffer.from(client.certificatePem), 'tls.key': Buffer.from(client.keyPem) };
    await open(block, { certificates: { 'ca.crt': ca, ...pair } });
    expect(secured.count('GetQueueAttributes')).toBe(1);
    await secured.stop();
  });

  test('one queue needs few of them, and keeps them', async () => {
    const source = await open({ queueURL });
    for (let index = 0; index < 30; index++) await queues.send(url, String(index));
    for (let round = 0; round < 3; round++) {
      const messages = await receiveAll(source, 10);
      await Promise.all(messages.map((message) => message.extend()));
      await Promise.all(messages.map((message) => message.ack()));
    }
    expect(front.connections()).toBeLessThanOrEqual(3);
  });
});
