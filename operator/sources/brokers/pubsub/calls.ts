/** The calls of one subscription, by Google's REST API: one attempt each, and an end to each. */
import type { Dispatcher } from 'undici';
import type { Clock } from '../../../observe/clock.ts';
import type { GoogleCredentials } from '../../credentials/gcp.ts';
import { failure, type PubSubAction, refusal } from './pubsub-error.ts';
import type { Subscription } from './subscription.ts';

/** `google.pubsub.v1.ReceivedMessage`, of which this is read. */
export interface ReceivedMessage {
  readonly ackId?: string;
  /** Only with a dead-letter policy. */
  readonly deliveryAttempt?: number;
  readonly message?: {
    readonly messageId?: string;
    /** base64 */
    readonly data?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    /** RFC 3339 */
    readonly publishTime?: string;
  };
}

/** `google.pubsub.v1.Subscription`, of which this is read. */
export interface SubscriptionSettings {
  readonly ackDeadlineSeconds?: number;
  readonly deadLetterPolicy?: { readonly maxDeliveryAttempts?: number };
  readonly pushConfig?: { readonly pushEndpoint?: string };
  readonly bigqueryConfig?: object;
  readonly cloudStorageConfig?: object;
}

/** Each throws a SourceError. */
export interface Calls {
  /** @returns undefined: there was no answer within 19 s, which is how a subscription without messages is. */
  pull(max: number): Promise<readonly ReceivedMessage[] | undefined>;
  settings(): Promise<SubscriptionSettings>;
  acknowledge(ackIds: readonly string[]): Promise<void>;
  /** For how long from now on they are nobody else's. */
  keep(ackIds: readonly string[], seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface CallsOptions {
  readonly subscription: Subscription;
  readonly dispatcher: Dispatcher;
  /** Undefined: none are sent. */
  readonly credentials: GoogleCredentials | undefined;
  readonly clock: Clock;
}

interface Call {
  readonly action: PubSubAction;
  readonly body?: object;
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of its answer. */
  readonly maxBytes?: number;
}

const TIMEOUT_MS = 5_000;
const PULL_MS = 19_000;
/** Google's own end of a call, a little before ours: what would come after it was never given. */
const SERVER_TIMEOUT = { 'x-server-timeout': '17' };
const GATEWAY_TIMEOUT = 504;
const UNAUTHORIZED = 401;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Pub/Sub takes 10 MB, which base64 makes a third more; its attributes and ids beside. */
const MAX_MESSAGE_BYTES = 14 * 1024 * 1024;

/** It took longer than it may. */
class Late extends Error {}

export function createCalls(options: CallsOptions): Calls {
  return {
    pull: (max) => pull(options, max),
    settings: async () => (await call(options, { action: 'get' })) as SubscriptionSettings,
    async acknowledge(ackIds) {
      await call(options, { action: 'acknowledge', body: { ackIds } });
    },
    async keep(ackIds, seconds) {
      await call(options, { action: 'modifyAckDeadline', body: { ackIds, ackDeadlineSeconds: seconds } });
    },
    close: () => options.dispatcher.close(),
  };
}

async function pull(options: CallsOptions, max: number): Promise<readonly ReceivedMessage[] | undefined> {
  const begun = {
    action: 'pull',
    body: { maxMessages: max },
    timeoutMs: PULL_MS,
    headers: SERVER_TIMEOUT,
    maxBytes: max * MAX_MESSAGE_BYTES,
  } as const;
  try {
    const answer = (await call(options, begun)) as { readonly receivedMessages?: readonly ReceivedMessage[] };
    return answer.receivedMessages ?? [];
  } catch (error) {
    if (error instanceof Error && error.cause instanceof Late) return undefined;
    throw error;
  }
}

async function call(options: CallsOptions, { action, timeoutMs = TIMEOUT_MS, ...rest }: Call): Promise<unknown> {
  const { clock, subscription } = options;
  const late = new Late('no answer in time');
  const ending = new AbortController();
  const over = Promise.withResolvers<never>();
  const timer = clock.setTimeout(() => {
    over.reject(late);
    ending.abort(late);
  }, timeoutMs);
  try {
    // Credentials that are slow to come do not end with the signal.
    return await Promise.race([exchange(options, { action, ...rest }, ending.signal), over.promise]);
  } catch (error) {
    throw failure(error, action, subscription);
  } finally {
    timer.cancel();
  }
}

async function exchange(options: CallsOptions, request: Call, signal: AbortSignal): Promise<unknown> {
  const { dispatcher, subscription, credentials } = options;
  const { action, body, headers = {}, maxBytes = MAX_ANSWER_BYTES } = request;
  const token = await credentials?.get();
  const { origin, pathname } = subscription.url;
  const answer = await dispatcher.request({
    origin,
    path: action === 'get' ? pathname : `${pathname}:${action}`,
    method: action === 'get' ? 'GET' : 'POST',
    headers: {
      'user-agent': 'sluice',
      'content-type': 'application/json',
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal,
  });
  const value = parsed(await bytesOf(answer.body, maxBytes));
  const { statusCode } = answer;
  if (statusCode === 200 && value !== undefined) return value;
  if (action === 'pull' && statusCode === GATEWAY_TIMEOUT) return {};
  if (statusCode === UNAUTHORIZED) credentials?.forget();
  throw refusal(statusCode, value, action, subscription);
}

async function bytesOf(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  // Giving up on a body makes it emit an error, which nobody else may be there to hear.
  body.on('error', () => {});
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      body.destroy();
      throw new Error(`the answer has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
