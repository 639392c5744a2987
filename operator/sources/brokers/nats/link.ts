/** The one connection of a source: kept over restarts of the server, and made anew once it has ended for good. */
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../../observe/clock.ts';
import { SourceError } from '../../source-error.ts';
import type { NatsBlock } from './block.ts';
import { faultOf } from './fault.ts';

type Client = typeof import('../../clients/nats-jetstream.ts');

/** What a connection is made of. */
export interface LinkSettings {
  readonly client: Client;
  readonly block: NatsBlock;
  readonly options: ConnectionOptions;
}

export interface Link {
  readonly nats: NatsConnection;
  /** Aborted while the connection is lost; a new one once it is back. */
  lost: AbortController;
  /** Settles when the connection is back or has ended for good. */
  back: PromiseWithResolvers<void>;
  /** Told of what the server refuses to take for lack of rights: such a publication has no answer of its own. */
  onDenied: ((error: Error) => void) | undefined;
}

export interface Patience {
  readonly clock: Clock;
  readonly forMs: number;
  /** Ends the wait without an error. */
  readonly signal: AbortSignal;
}

/** One attempt at each server. @throws SourceError */
export async function openLink(settings: LinkSettings): Promise<Link> {
  const { client, block, options } = settings;
  try {
    const link: Link = {
      nats: await client.connect(options),
      lost: new AbortController(),
      back: Promise.withResolvers(),
      onDenied: undefined,
    };
    void follow(link, settings);
    return link;
  } catch (error) {
    throw faultOf(error, 'connection', block, client);
  }
}

async function follow(link: Link, { block, client }: LinkSettings): Promise<void> {
  for await (const status of link.nats.status()) {
    if (status.type === 'error' && status.error instanceof client.PermissionViolationError) {
      link.onDenied?.(status.error);
    } else if (status.type === 'disconnect') {
      link.back = Promise.withResolvers();
      link.lost.abort(new SourceError('Unreachable', 'the connection to NATS is lost'));
    } else if (status.type === 'reconnect') {
      link.lost = new AbortController();
      link.back.resolve();
    }
  }
  const error = (await link.nats.closed()) ?? new SourceError('Unreachable', 'the connection to NATS has ended');
  link.lost = new AbortController();
  link.lost.abort(faultOf(error, 'connection', block, client));
  link.back.resolve();
}

/**
 * Waits until the connection is there, so that reading goes on as soon as a server is back.
 * @param forMs the longest that it waits.
 * @throws SourceError when it has ended for good, or is still lost then.
 */
export async function untilUp(link: Link, { clock, forMs, signal }: Patience): Promise<void> {
  if (link.lost.signal.aborted && !link.nats.isClosed() && !signal.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => resolve();
    const timer = clock.setTimeout(done, forMs);
    signal.addEventListener('abort', done, { once: true });
    await Promise.race([link.back.promise, promise]);
    signal.removeEventListener('abort', done);
    timer.cancel();
  }
  if (link.lost.signal.aborted && !signal.aborted) throw link.lost.signal.reason;
}
