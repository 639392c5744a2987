/** A subscription of Google's own fake of Pub/Sub, behind Google's REST API. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../operator/observe/clock.ts';
import { createCalls } from '../../../operator/sources/brokers/pubsub/calls.ts';
import { openPubSubSource } from '../../../operator/sources/brokers/pubsub/pubsub-source.ts';
import { subscriptionOf } from '../../../operator/sources/brokers/pubsub/subscription.ts';
import { createPubSub, pubsub } from '../../../operator/sources/brokers/pubsub.ts';
import type { GoogleCredentials } from '../../../operator/sources/credentials/gcp.ts';
import { createGuardedDispatcher } from '../../../operator/sources/guarded-dispatcher.ts';
import type { Message, Source } from '../../../operator/sources/source.ts';
import { type PubSub, startPubSub } from '../../../scripts/brokers/pubsub.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createLines } from '../../unit/receivers/lines.ts';

const never = new AbortController().signal;
const PROJECT = 'projects/acme';

let server: PubSub;
const sources: Source[] = [];
beforeAll(async () => {
  server = await startPubSub();
  await server.call('PUT', `${PROJECT}/topics/gcr`, {});
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
});
afterAll(() => server?.stop());

/** Makes a subscription of the topic, and opens it. */
async function subscribed(name: string, settings: object = {}): Promise<Source> {
  await server.call('PUT', `${PROJECT}/subscriptions/${name}`, { topic: `${PROJECT}/topics/gcr`, ...settings });
  return open(name);
}

async function open(name: string): Promise<Source> {
  const source = await pubsub.open({
    block: { subscription: `${PROJECT}/subscriptions/${name}`, endpoint: `http://${server.host}` },
    identity: { kind: 'none' },
    certificates: undefined,
    consumer: 'sluice-0',
    clock: systemClock,
    log: createLines().log,
  });
  sources.push(source);
  return source;
}

async function publish(...texts: readonly string[]): Promise<readonly string[]> {
  const messages = texts.map((text) => ({
    data: Buffer.from(text).toString('base64'),
    attributes: { EventType: 'push' },
  }));
  const answer = (await server.call('POST', `${PROJECT}/topics/gcr:publish`, { messages })) as { messageIds: string[] };
  return answer.messageIds;
}

async function receive(source: Source, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(...(await source.receive(10, never)));
  return messages;
}

describe('a subscription', () => {
  it('gives a message as it came, and once it is acknowledged no more', async () => {
    const source = await subscribed('as-it-came');
    const sentMs = Date.now();
    const [id] = await publish('{"action":"INSERT"}');
    const [message] = await receive(source, 1);
    expect(message).toMatchObject({
      ...{ id, attempt: 0, last: false },
      body: Buffer.from('{"action":"INSERT"}'),
    });
    expect(message?.attributes).toEqual({
      eventtype: 'push',
      'x-goog-pubsub-message-id': id,
      'x-goog-pubsub-publish-time': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(Math.abs((message?.sentAtMs ?? 0) - sentMs)).toBeLessThan(60_000);
    await message?.ack();
    await message?.ack();
    const [marker] = await publish('marker');
    expect(await receive(source, 1)).toMatchObject([{ id: marker }]);
  });

  it('gives ten at once, and each again that is given back', async () => {
    const source = await subscribed('ten');
    const ids = await publish(...Array.from({ length: 10 }, (_, index) => `m${index}`));
    const messages = await receive(source, 10);
    expect(messages.map(({ id }) => id).sort()).toEqual([...ids].sort());
    await Promise.all(messages.map((message) => message.retry(0)));
    const again = await receive(source, 10);
    expect(again.map(({ id }) => id).sort()).toEqual([...ids].sort());
    await Promise.all(again.map((message) => message.ack()));
  });

  it('without a dead-letter topic has a message that is rejected acknowledged', async () => {
    const source = await subscribed('no-dead-letters');
    expect(await source.inspect()).toEqual(['no dead-letter topic, so rejected messages are acknowledged']);
    await publish('poison');
    const [poison] = await receive(source, 1);
    await poison?.reject('FilterFailed');
    const [marker] = await publish('marker');
    expect(await receive(source, 1)).toMatchObject([{ id: marker }]);
  });

  it('with a dead-letter topic counts attempts, and has a message that is rejected moved there, judged once', async () => {
    await server.call('PUT', `${PROJECT}/topics/dead`, {});
    await server.call('PUT', `${PROJECT}/subscriptions/dead`, { topic: `${PROJECT}/topics/dead` });
    const deadLetterPolicy = { deadLetterTopic: `${PROJECT}/topics/dead`, maxDeliveryAttempts: 5 };
    const source = await subscribed('dead-letters', { deadLetterPolicy });
    const dead = await open('dead');
    expect(await source.inspect()).toEqual(['maxDeliveryAttempts is 5, under 10']);
    await publish('failing');
    const seen: [attempt: number, last: boolean][] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const [message] = await receive(source, 1);
      seen.push([message?.attempt ?? 0, message?.last ?? false]);
      await (message?.last ? message.ack() : message?.retry(0));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map((attempt) => [attempt, attempt === 5]));
    await publish('poison');
    const [poison] = await receive(source, 1);
    await poison?.reject('FilterFailed');
    const ended = new AbortController();
    const nothing = async () => {
      while (!ended.signal.aborted) expect(await source.receive(10, ended.signal)).toEqual([]);
    };
    const [moved] = await Promise.all([receive(dead, 1).finally(() => ended.abort()), nothing()]);
    expect(moved).toMatchObject([{ body: Buffer.from('poison') }]);
  });

  it('that is missing or made for pushing cannot be read', async () => {
    await expect(open('missing')).rejects.toMatchObject({
      code: 'SourceNotFound',
      message: expect.stringContaining('gcloud pubsub subscriptions create missing --project acme'),
    });
    const pushConfig = { pushEndpoint: 'https://example.com' };
    await expect(subscribed('pushed', { pushConfig })).rejects.toMatchObject({ code: 'SourceUnsuitable' });
  });

  it('that is deleted is told, and found again once it is made again', async () => {
    const source = await subscribed('deleted');
    await server.call('DELETE', `${PROJECT}/subscriptions/deleted`);
    await expect(source.receive(10, never)).rejects.toMatchObject({ code: 'SourceNotFound' });
    await server.call('PUT', `${PROJECT}/subscriptions/deleted`, { topic: `${PROJECT}/topics/gcr` });
    const [id] = await publish('after');
    expect(await receive(source, 1)).toMatchObject([{ id }]);
  });

  it('ends a pause at once', async () => {
    const source = await subscribed('ending');
    const ending = new AbortController();
    while ((await source.receive(10, ending.signal)).length > 0);
    const pausing = source.receive(10, ending.signal);
    ending.abort();
    expect(await pausing).toEqual([]);
  });
});

describe('a server that asks for a token', () => {
  let strict: PubSub;
  beforeAll(async () => {
    strict = await startPubSub({ token: 'good' });
    await strict.call('PUT', `${PROJECT}/topics/t`, {});
    await strict.call('PUT', `${PROJECT}/subscriptions/s`, { topic: `${PROJECT}/topics/t` });
  });
  afterAll(() => strict?.stop());

  it('refuses what has none, and takes the next one', async () => {
    let token = 'old';
    const forgotten: string[] = [];
    const credentials: GoogleCredentials = {
      get: async () => token,
      forget: () => void forgotten.push(token),
    };
    const block = { subscription: `${PROJECT}/subscriptions/s`, endpoint: `http://${strict.host}` };
    const openSource = () => {
      const dispatcher = createGuardedDispatcher();
      const calls = createCalls({ subscription: subscriptionOf(block), dispatcher, credentials, clock: systemClock });
      return openPubSubSource(calls, systemClock);
    };
    await expect(openSource()).rejects.toMatchObject({ code: 'AuthenticationFailed' });
    expect(forgotten).toEqual(['old']);
    token = 'good';
    const source = await openSource();
    sources.push(source);
    expect(await source.receive(10, never)).toEqual([]);
  });

  it('gets no token over http', async () => {
    const asked = () => {
      throw new Error('asked for credentials');
    };
    const opening = createPubSub(asked).open({
      block: { subscription: `${PROJECT}/subscriptions/s`, endpoint: `http://${strict.host}` },
      ...{ identity: { kind: 'operator' }, certificates: undefined, consumer: 'c', clock: systemClock },
      log: createLines().log,
    });
    await expect(opening).rejects.toMatchObject({ code: 'AuthenticationFailed' });
  });
});

describe('what Google may answer', () => {
  let stand: Server;
  let url: string;
  const requests: { path: string; body: Record<string, unknown> }[] = [];
  /** By the end of the path: status and JSON; undefined: no answer. */
  let answers: Readonly<Record<string, readonly [status: number, body: unknown] | undefined>> = {};
  beforeAll(async () => {
    stand = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const path = request.url ?? '';
      requests.push({ path, body: text === '' ? {} : JSON.parse(text) });
      const answer = answers[path.split(':')[1] ?? 'get'];
      if (answer !== undefined) response.writeHead(answer[0]).end(JSON.stringify(answer[1]));
    });
    await new Promise<void>((resolve) => stand.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(stand.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    stand.closeAllConnections();
    await new Promise((resolve) => stand.close(resolve));
  });

  async function openAt(clock = createManualClock()) {
    requests.length = 0;
    const block = { subscription: `${PROJECT}/subscriptions/a%2Fb+c`, endpoint: url };
    const dispatcher = createGuardedDispatcher();
    const calls = createCalls({
      subscription: subscriptionOf(block),
      ...{ dispatcher, credentials: undefined, clock },
    });
    const source = await openPubSubSource(calls, clock);
    sources.push(source);
    return { source, clock };
  }
  const fault = (status: number, code: string) => [status, { error: { code: status, status: code } }] as const;

  it.each<[what: string, answer: readonly [number, unknown], code: string, says: string]>([
    ['no right', fault(403, 'PERMISSION_DENIED'), 'AccessDenied', 'grant roles/pubsub.subscriber'],
    ['a bad token', fault(401, 'UNAUTHENTICATED'), 'AuthenticationFailed', 'UNAUTHENTICATED'],
    ['no subscription', fault(404, 'NOT_FOUND'), 'SourceNotFound', 'gcloud pubsub subscriptions create'],
    ['another kind of it', fault(400, 'FAILED_PRECONDITION'), 'SourceUnsuitable', 'FAILED_PRECONDITION'],
    ['too many calls', fault(429, 'RESOURCE_EXHAUSTED'), 'Unreachable', 'RESOURCE_EXHAUSTED'],
    ['a fault', fault(503, 'UNAVAILABLE'), 'Unreachable', 'UNAVAILABLE'],
    ['a page of some proxy', [502, '<secret page>'], 'Unreachable', 'status 502'],
    ['words for a code', [500, { error: { status: 'secret words' } }], 'Unreachable', 'status 500'],
  ])('%s', async (_what, answer, code, says) => {
    answers = { get: [200, {}], pull: answer };
    const { source } = await openAt();
    const error = await source.receive(10, never).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
    expect((error as Error).message).not.toContain('secret');
  });

  it('the right to read messages, and none to read settings', async () => {
    answers = { get: fault(403, 'PERMISSION_DENIED'), pull: [200, {}] };
    const { source } = await openAt();
    expect(await source.inspect()).toEqual([
      'pubsub.subscriptions.get is denied, so the dead-letter policy is not known',
    ]);
    expect(await source.receive(10, never)).toEqual([]);
    expect(requests.at(-1)).toEqual({
      path: `/v1/${PROJECT}/subscriptions/a%252Fb%2Bc:pull`,
      body: { maxMessages: 10 },
    });
  });

  it('nothing for 19 s, which a subscription without messages does, while its settings are answered', async () => {
    answers = { get: [200, {}] };
    const { source, clock } = await openAt();
    const receiving = source.receive(10, never);
    while (requests.length < 2) await clock.advance(0);
    await clock.advance(19_000);
    while (requests.length < 3) await clock.advance(0);
    expect(await receiving).toEqual([]);
    answers = {};
    const silent = source.receive(10, never).catch((error: unknown) => error);
    while (requests.length < 4) await clock.advance(0);
    await clock.advance(19_000);
    while (requests.length < 5) await clock.advance(0);
    await clock.advance(5_000);
    expect(await silent).toMatchObject({ code: 'Unreachable' });
  });

  it('504 to a pull, which is its own way to say that there is nothing', async () => {
    answers = { get: [200, {}], pull: fault(504, 'DEADLINE_EXCEEDED') };
    const { source } = await openAt();
    expect(await source.receive(10, never)).toEqual([]);
  });

  it('an empty answer at once, after which each pull waits longer, 5 s at most', async () => {
    answers = { get: [200, {}], pull: [200, {}] };
    const { source, clock } = await openAt();
    await source.receive(10, never);
    for (const pauseMs of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      const before = requests.length;
      const receiving = source.receive(10, never);
      await clock.advance(pauseMs - 1);
      expect(requests).toHaveLength(before);
      await clock.advance(1);
      expect(await receiving).toEqual([]);
    }
  });

  it.each([
    [10, 5_000],
    [60, 30_000],
    [600, 30_000],
  ])(
    'a deadline of %i s, half of which passes first; then each 60 s are prolonged at half',
    async (ackDeadlineSeconds, everyMs) => {
      const received = { receivedMessages: [{ ackId: 'a1', message: { messageId: '1' } }] };
      answers = { get: [200, { ackDeadlineSeconds }], pull: [200, received], modifyAckDeadline: [200, {}] };
      const { source, clock } = await openAt();
      expect(source.extendEveryMs).toBe(everyMs);
      const [message] = await source.receive(10, never);
      const prolonged: number[] = [];
      for (let atMs = everyMs; atMs <= 400_000; atMs += everyMs) {
        await clock.advance(everyMs);
        const before = requests.length;
        const extended = message?.extend();
        await clock.advance(50);
        await extended;
        if (requests.length > before) prolonged.push(atMs);
      }
      const firstMs = Math.max(ackDeadlineSeconds * 1_000 - Math.max(30_000, ackDeadlineSeconds * 500), everyMs);
      expect(prolonged[0]).toBe(firstMs);
      expect(prolonged[1]).toBe(firstMs + 30_000);
      expect(requests.at(-1)?.body).toEqual({ ackIds: ['a1'], ackDeadlineSeconds: 60 });
    },
  );

  it('600 s at most for a message that is tried later', async () => {
    const received = { receivedMessages: [{ ackId: 'a1', message: { messageId: '1' } }] };
    answers = { get: [200, {}], pull: [200, received], modifyAckDeadline: [200, {}] };
    const { source, clock } = await openAt();
    const [message] = await source.receive(10, never);
    const hidden = message?.retry(3_600_000);
    await clock.advance(50);
    await hidden;
    expect(requests.at(-1)?.body).toEqual({ ackIds: ['a1'], ackDeadlineSeconds: 600 });
  });

  it('a refusal of what was done, after which it can be done again', async () => {
    const received = { receivedMessages: [{ ackId: 'a1', message: { messageId: '1' } }] };
    answers = { get: [200, {}], pull: [200, received], acknowledge: fault(503, 'UNAVAILABLE') };
    const { source } = await openAt();
    const [message] = await source.receive(10, never);
    await expect(message?.ack()).rejects.toMatchObject({ code: 'Unreachable' });
    answers = { ...answers, acknowledge: [200, {}] };
    await message?.ack();
    expect(requests.at(-1)?.body).toEqual({ ackIds: ['a1'] });
  });

  it('to few calls for many messages: ten ids each, or those of 200 ms, by the time for which they are kept', async () => {
    const received = Array.from({ length: 10 }, (_, index) => ({
      ackId: `a${index}`,
      message: { messageId: `${index}` },
    }));
    answers = { get: [200, {}], pull: [200, { receivedMessages: received }], acknowledge: [200, {}] };
    answers = { ...answers, modifyAckDeadline: [200, {}] };
    const { source, clock } = await openAt();
    const messages = await source.receive(10, never);
    const bodies = (action: string) =>
      requests.filter(({ path }) => path.endsWith(`:${action}`)).map(({ body }) => body);
    const ids = (from: number, to: number) => received.slice(from, to).map(({ ackId }) => ackId);
    await clock.advance(5_000);
    await Promise.all(messages.map((message) => message.extend()));
    expect(bodies('modifyAckDeadline')).toEqual([{ ackIds: ids(0, 10), ackDeadlineSeconds: 60 }]);
    const later = [...messages.slice(0, 2).map((message) => message.retry(1_000)), messages[2]?.retry(5_000)];
    await clock.advance(50);
    await Promise.all(later);
    expect(bodies('modifyAckDeadline').slice(1)).toEqual([
      { ackIds: ids(0, 2), ackDeadlineSeconds: 1 },
      { ackIds: ids(2, 3), ackDeadlineSeconds: 5 },
    ]);
    const acknowledged = messages.slice(3, 9).map((message) => message.ack());
    await clock.advance(199);
    expect(bodies('acknowledge')).toEqual([]);
    await clock.advance(1);
    await Promise.all(acknowledged);
    // Nothing is held that could follow the last one.
    await messages[9]?.ack();
    expect(bodies('acknowledge')).toEqual([{ ackIds: ids(3, 9) }, { ackIds: ids(9, 10) }]);
  });

  it('to what waits for others when it is closed', async () => {
    const received = ['a1', 'a2'].map((ackId) => ({ ackId, message: { messageId: ackId } }));
    answers = { get: [200, {}], pull: [200, { receivedMessages: received }], acknowledge: [200, {}] };
    const { source } = await openAt();
    const [message] = await source.receive(10, never);
    const acknowledged = message?.ack();
    await sources.pop()?.close();
    await acknowledged;
    expect(requests.at(-1)?.body).toEqual({ ackIds: ['a1'] });
  });
});
