/**
 * The contract of a broker: what its file exports and the registry lists. A broker knows its client and its own settings;
 * it never knows Kubernetes, filters or outcomes. The loop (`loop.ts`) decides what becomes of each message.
 *
 * A type becomes messages in three steps:
 *
 * 1. `check` sees the block of an object, and says what cannot work in it.
 * 2. `open` loads the client, which is a file of the bundle of its own, and connects. Called again when an input changed.
 * 3. `receive` waits for messages. Each is extended until the loop has done, repeated or rejected it.
 */
import type { JsonSchema } from '../api/json-schema.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { Broker } from './envelopes/envelope.ts';
import type { UnwrapInput } from './envelopes/unwrap.ts';

/** The data of a Secret, decoded, byte for byte. */
export type SecretData = Readonly<Record<string, Buffer>>;

/** One message as its broker gave it. */
export interface Message {
  /** The broker's own, for logs and Events. */
  readonly id: string;
  /** How often the broker has given it, this time included; 0: the broker does not count. */
  readonly attempt: number;
  /** The broker itself takes it away after this attempt (`maxReceiveCount`, `max_deliver`, `x-delivery-limit`). */
  readonly last: boolean;
  /** When it was sent, by the broker's clock, in ms since 1970; undefined where the server does not set it. */
  readonly sentAtMs: number | undefined;
  /** As it came: nothing is decoded or inflated. */
  readonly body: Buffer;
  /** Attributes or headers as strings; names in lower case. */
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * Keeps it from being given to another consumer; costs no attempt. Called every `extendEveryMs` while it is held, and
   * sooner after one that failed.
   */
  extend(): Promise<void>;
  /** It is done: it does not come again. */
  ack(): Promise<void>;
  /** It comes again after `delayMs`, which the broker may shorten; 0 gives it back at once: to end, never to try again. */
  retry(delayMs: number): Promise<void>;
  /** It can never be done: to the dead letters where the broker has such, else away. */
  reject(reason: string): Promise<void>;
}

/** A connection that messages are received of. What it throws is a `SourceError`. */
export interface Source {
  /**
   * How often what is held is to be extended, in ms: half of the time for which the broker keeps it, or less; undefined: it
   * keeps it as long as the connection lives.
   */
  readonly extendEveryMs: number | undefined;
  /** `broker`: `retry(ms)` hides a message at the broker; `held`: the loop holds it, and tries again by itself. */
  readonly delays: 'broker' | 'held';
  /** The longest that a message may be held; it is given back then. Absent: for ever. */
  readonly maxHoldMs?: number;
  /** No connection: a receive that failed is called again. Absent: after one the source is closed and opened anew. */
  readonly stateless?: true;
  /** What is held dies with the connection, and comes again on the next: after a receive that failed it is let go of. */
  readonly volatile?: true;
  /**
   * While it is open, what it has a share in comes to no other connection (partitions of Kafka): replaced, it gives back what
   * it holds instead of ending that first.
   */
  readonly exclusive?: true;
  /**
   * Waits for at least one message, for 20 s at most (the broker's long poll); empty: the broker answered, and has none.
   * One that is not done after 28 s is taken for unreachable. Called again only when it is done. An aborted call takes
   * nothing more, and gives what was already on its way.
   */
  receive(max: number, signal: AbortSignal): Promise<readonly Message[]>;
  /** Reads the broker's settings (redrive policy, ack_wait, …). @returns what the Ready message notes: no dead letters, … */
  inspect(): Promise<readonly string[]>;
  /**
   * After a receive that failed: waits for the client to have its lost connection back, so that the next one need not wait.
   * @returns whether it is back; false at once where none was lost.
   */
  recovered?(): Promise<boolean>;
  /** Messages that wait at the broker, with those that are held where it counts them together; undefined: not known. */
  lag(): number | undefined;
  /** Ends the connection. What was not acknowledged comes again. */
  close(): Promise<void>;
}

/** Who the operator is to the broker, by the order of the contract. */
export type Identity =
  | { readonly kind: 'secret'; readonly data: SecretData }
  | { readonly kind: 'service-account'; readonly account: ServiceAccount }
  /** The operator's own. */
  | { readonly kind: 'operator' }
  /** None: the broker asks for none, or for the client certificate alone. */
  | { readonly kind: 'none' };

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** A token of 10 minutes for an audience, by TokenRequest. @throws SourceError ServiceAccountNotAllowed */
  token(audience: string): Promise<string>;
}

/** All that a connection is made from. */
export interface SourceSettings<Block = unknown> {
  readonly block: Block;
  readonly identity: Identity;
  /** Of `certSecretRef`: `ca.crt`, and `tls.crt` with `tls.key`. */
  readonly certificates: SecretData | undefined;
  /** The name of this replica among the consumers: the pod's. */
  readonly consumer: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A broker: a value of `spec.type`, and the name of its block. */
export interface SourceType<Block = unknown> {
  readonly name: Exclude<Broker, 'http'>;
  /** The schema of `spec.<name>`, as in a CRD, descriptions included. What `check` says of several fields stands in it as CEL too. */
  readonly schema: JsonSchema;
  /** CEL over `self`, the block, that is true where a ServiceAccount can be the identity (`'true'`); absent: never. */
  readonly serviceAccountWhen?: string;
  /** The same in words, where it is not always: `sasl.mechanism oauthbearer`. */
  readonly serviceAccountWith?: string;
  /**
   * `required`: a Secret, a ServiceAccount or the operator's own identity must be there. `optional`: what the object
   * names is used, and it connects without. `secret-only`: as optional, and a ServiceAccount cannot be named.
   */
  identity(block: Block): 'required' | 'optional' | 'secret-only';
  /** What the Ready message calls it: `flux-events (eu-west-1)`. */
  title(block: Block): string;
  /** What in the block cannot work and how to change it: `spec.sqs.queueURL is not an absolute URL`; undefined: nothing. */
  check(block: Block): string | undefined;
  /** Connects, and finds what is read; within 25 s, and without tries of its own. @throws SourceError */
  open(settings: SourceSettings<Block>): Promise<Source>;
  /**
   * Proves who sent a message, where the block asks for that (`sqs.topicARNs`).
   * @returns the envelope that was proved, for `unwrap`; undefined: the block asks for no proof.
   * @throws RequestError: its `outcome` in the table of errors is the message's.
   */
  prove?(block: Block, message: Message): Promise<UnwrapInput['proved']>;
}
