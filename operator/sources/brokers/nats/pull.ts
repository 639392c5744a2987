/**
 * One request for messages. The client's own `consume` and `fetch` ask for more than was asked of them: the one before what
 * it gave is done, the other for all of it again after a reconnect. Each request has a subject of its own, so what a lost
 * one left behind at the server finds nobody, and no more are in flight than were asked for.
 */
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Clock } from '../../../observe/clock.ts';
import type { NatsBlock } from './block.ts';
import type { Link } from './link.ts';

export interface PullRequest {
  readonly block: NatsBlock;
  /** The most messages that are given. */
  readonly max: number;
  /** How long the server waits for a first one, in ms. */
  readonly waitMs: number;
  /** Where the answers go. */
  readonly inbox: string;
  readonly clock: Clock;
  /** Ends the wait; what is on its way is still given. */
  readonly signals: readonly AbortSignal[];
}

/** `silent`: the server did not even say that there is nothing. A number: the server's own code for another end. */
export type PullEnd = 'full' | 'empty' | 'stopped' | 'silent' | number;

export interface Pulled {
  readonly messages: readonly Msg[];
  readonly end: PullEnd;
}

const NANOSECONDS_PER_MS = 1_000_000;
/** On top of its own wait. */
const SILENCE_MS = 3_000;
/** When others hold as many as may be unacknowledged, the server gives a few, and then nothing more until the wait is over. */
const STRAGGLERS_MS = 250;
const NO_MESSAGES = 404;
const REQUEST_TIMEOUT = 408;

/** The subject that requests go to. */
export function pullSubject({ stream, consumer }: NatsBlock): string {
  return `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
}

/** @throws Error of the client: rights are missing, the connection has ended. */
export async function pull(link: Pick<Link, 'nats' | 'onDenied'>, request: PullRequest): Promise<Pulled> {
  const { block, max, waitMs, inbox, clock, signals } = request;
  const messages: Msg[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<PullEnd>();
  let timer = clock.setTimeout(() => resolve('silent'), waitMs + SILENCE_MS);
  const subscription = link.nats.subscribe(inbox, {
    callback(error, message) {
      if (error !== null) return reject(error);
      if (message.subject === inbox) return resolve(endOf(message));
      messages.push(message);
      if (messages.length === max) return resolve('full');
      timer.cancel();
      timer = clock.setTimeout(() => resolve('stopped'), STRAGGLERS_MS);
    },
  });
  link.onDenied = reject;
  const onAbort = () => resolve('stopped');
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  try {
    // With both it ends at once when there is something, and waits for the first when there is nothing.
    const body = { batch: max, no_wait: true, expires: waitMs * NANOSECONDS_PER_MS };
    link.nats.publish(pullSubject(block), JSON.stringify(body), { reply: inbox });
    const end = signals.some(({ aborted }) => aborted) ? 'stopped' : await promise;
    if (end === 'stopped' || end === 'silent') await drain(subscription);
    return { messages, end: messages.length > 0 && end === 'silent' ? 'stopped' : end };
  } finally {
    timer.cancel();
    link.onDenied = undefined;
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
    subscription.unsubscribe();
  }
}

function endOf({ headers }: Msg): PullEnd {
  const { code = 0 } = headers ?? {};
  return code === NO_MESSAGES || code === REQUEST_TIMEOUT ? 'empty' : code;
}

/** Tells the server that nobody listens any more, and takes what it sent before it heard that. */
async function drain(subscription: Subscription): Promise<void> {
  try {
    await subscription.drain();
  } catch {
    // Without a connection nothing is on its way.
  }
}
