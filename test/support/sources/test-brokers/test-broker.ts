/** A broker that tests of faults do to what they like, whichever it is. */
import type { SourceType } from '../../../../operator/sources/source.ts';
import type { TcpProxy } from '../../tcp-proxy.ts';

export interface TestBroker {
  readonly type: SourceType['name'];
  /** Of an operator that reads it. */
  readonly env: Readonly<Record<string, string>>;
  /** Secrets that its queues' specs name. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** All that the operator says to it goes through this. */
  readonly proxy: TcpProxy;
  /** The most bytes that a message may have. */
  readonly maxBytes: number;
  /** Makes a queue with dead letters. */
  queue(name: string): Promise<TestQueue>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again; a broker that keeps nothing has its queues made anew. */
  start(): Promise<void>;
  /** Does not take the operator's credentials any more. */
  revoke(): Promise<void>;
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestQueue {
  /** Of a BrokerReceiver, without what is notified. */
  readonly spec: object;
  /** A body of bytes comes out as it went in, however the broker takes it. */
  send(bodies: readonly (string | Buffer)[], attributes?: Readonly<Record<string, string>>): Promise<void>;
  counts(): Promise<QueueCounts>;
  remove(): Promise<void>;
  /** Makes it as it was. */
  make(): Promise<void>;
}

export interface QueueCounts {
  /** Messages that are not acknowledged; of RabbitMQ those that nobody holds. */
  readonly left: number;
  /** How often a message was given once more; undefined: the broker does not tell. */
  readonly again: number | undefined;
  /** Dead letters; of NATS, which has none, messages that were terminated. */
  readonly dead: number;
}
