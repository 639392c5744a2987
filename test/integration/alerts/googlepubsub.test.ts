/** The provider `googlepubsub` and Google's own fake of the service: what a subscriber gets, and what is refused. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventJson } from '../../../operator/alerts/encode/event-json.ts';
import { parseEvent } from '../../../operator/alerts/events/parse-event.ts';
import { type PubSub, startPubSub } from '../../../scripts/brokers/pubsub.ts';
import { eventBody } from '../../support/alerts/alert-world.ts';
import { notifierFor, type TestNotifier } from '../../support/alerts/notifier-for.ts';
import { type Recorder, startRecorder } from '../../support/alerts/recorder.ts';

const TOKEN = 'of-the-key';
const SPEC = { type: 'googlepubsub', address: 'billing', channel: 'flux-events', secretRef: { name: 'creds' } };
const SUBSCRIPTION = 'projects/billing/subscriptions/test';

const event = parseEvent(Buffer.from(eventBody('payments', { name: 'ledger', message: '<ready> & "set" ✓\u2028' })));
/** With what the Alert adds. */
const combined = {
  ...event,
  metadata: new Map([
    ['summary', 'Ledger (payments) affected'],
    ['zone', 'eu:north:1'],
  ]),
};
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CREDENTIALS = JSON.stringify({
  type: 'service_account',
  client_email: 'flux@billing.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});

let pubsub: PubSub;
let tokens: Recorder;
const notifiers: TestNotifier[] = [];

beforeAll(async () => {
  pubsub = await startPubSub({ token: TOKEN });
  await pubsub.call('PUT', 'projects/billing/topics/flux-events', {});
  await pubsub.call('PUT', SUBSCRIPTION, { topic: 'projects/billing/topics/flux-events' });
});
afterAll(() => pubsub?.stop());
afterEach(async () => {
  await Promise.all(notifiers.splice(0).map(({ end }) => end()));
  await tokens.close();
});

/** @param token that Google gives for the credentials. */
async function using(spec: object = {}, { token = TOKEN, headers = '' } = {}): Promise<TestNotifier> {
  const answer = JSON.stringify({ access_token: token, expires_in: 3_600, token_type: 'Bearer' });
  const header = { 'Content-Type': 'application/json' };
  tokens = await startRecorder([{ match: 'POST /token', status: 200, body: answer, header }]);
  const standIns = new Map([
    ['pubsub.googleapis.com', `http://${pubsub.host}`],
    ['oauth2.googleapis.com', `http://${tokens.host}`],
  ]);
  const creds = { token: CREDENTIALS, ...(headers && { headers }) };
  const notifier = notifierFor({ ...SPEC, ...spec }, { secrets: { creds }, standIns });
  notifiers.push(notifier);
  return notifier;
}

interface Received {
  readonly ackId: string;
  readonly message: {
    readonly data: string;
    readonly attributes?: Readonly<Record<string, string>>;
    /** A letter, and how many were published before. */
    readonly messageId: string;
  };
}

/** What waits in the subscription, in the order of publishing; a pull has them in any. The subscription is empty then. */
async function received(): Promise<readonly { readonly data: string; readonly attributes: object }[]> {
  const answer = await pubsub.call('POST', `${SUBSCRIPTION}:pull`, { maxMessages: 100 });
  const { receivedMessages = [] } = answer as { receivedMessages?: readonly Received[] };
  await pubsub.call('POST', `${SUBSCRIPTION}:acknowledge`, { ackIds: receivedMessages.map(({ ackId }) => ackId) });
  const number = ({ message }: Received) => Number(message.messageId.slice(1));
  return receivedMessages
    .toSorted((a, b) => number(a) - number(b))
    .map(({ message: { data, attributes = {} } }) => ({
      data: Buffer.from(data, 'base64').toString(),
      attributes,
    }));
}

test('a subscriber gets the event, with the headers of the Secret as its attributes', async () => {
  const notifier = await using({}, { headers: 'team: payments\nstage: "1.0"\n' });
  await notifier.deliver(event);
  expect(await received()).toEqual([{ data: eventJson(combined), attributes: { team: 'payments', stage: '1.0' } }]);
});

test('events of one object are published in their order', async () => {
  const notifier = await using();
  for (const message of ['first', 'second', 'third']) await notifier.deliver({ ...event, message });
  expect((await received()).map(({ data }) => JSON.parse(data).message)).toEqual(['first', 'second', 'third']);
});

test('an event beyond what the service takes is cut, and taken', async () => {
  // Each character takes six as JSON.
  await (await using({ timeout: '10m' })).deliver({ ...event, message: '<'.repeat(3_000_000) });
  const [message] = await received();
  const cut: string = JSON.parse(message?.data ?? '').message;
  expect([cut.length > 1_000_000, cut.at(0), cut.at(-1)]).toEqual([true, '<', '…']);
});

test('a topic that is not there is final', async () => {
  const failure = await (await using({ channel: 'elsewhere' })).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining('status code 404')]);
});

test('a token that the service does not take is final, and not shown', async () => {
  const failure = await (await using({}, { token: 'canary-of-another' })).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining('status code 401')]);
  expect(failure.message).not.toContain('canary');
});
