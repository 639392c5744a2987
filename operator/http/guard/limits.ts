/** Limits of what one sender, and all senders together, may take of a server. */
import { MAX_WEBHOOK_BYTES } from '../../api/max-webhook-bytes.ts';

export interface Limits {
  /** Of one body. */
  readonly maxBodyBytes: number;
  /** Of the request line and all headers together. */
  readonly maxHeaderBytes: number;
  /** Open connections over all listeners; further ones are closed at once. */
  readonly maxConnections: number;
  /** Of one address; 0: no limit of its own. */
  readonly maxConnectionsPerAddress: number;
  /** After so many a connection ends; 0: never. */
  readonly maxRequestsPerConnection: number;
  /** Requests of one connection that are not answered yet, or came at once; with one more it ends. */
  readonly maxPipelinedRequests: number;
  /** Those not answered yet over all connections, but for the first of each. */
  readonly maxPipelinedInAll: number;
  /** Refused requests a second of one sender, in the long run; beyond, all its requests are refused. 0: no limit. */
  readonly refusedPerSecond: number;
  /** How many refusals at once are let pass. */
  readonly refusedBurst: number;
  /** Senders whose refusals are remembered. */
  readonly maxRefusedSenders: number;
  /** Bodies that are held at the same time, all senders together. */
  readonly maxBufferedBytes: number;
  /** How long a sender whose body finds no room waits for it, unread, before it is refused. */
  readonly roomTimeoutMs: number;
  /** How long a body that is still arriving may keep room that others wait for. */
  readonly roomHeldMs: number;
  /** From the connection, or the last answer, to the end of the headers. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  /** Between two checks of these two times; they are late by as much. */
  readonly checkIntervalMs: number;
  /** Without a byte in either direction a connection with an open request ends, as when its sender reads no answer. */
  readonly stalledTimeoutMs: number;
  /** For a connection with no request; longer than load balancers keep theirs, so that they are who closes. */
  readonly keepAliveTimeoutMs: number;
  /** What is still read, and thrown away, after an answer that came before its request had ended. */
  readonly drainBytes: number;
  readonly drainTimeoutMs: number;
  /** How many refusals are answered in one turn of the event loop. */
  readonly refusalsPerTurn: number;
  /** How long `close` waits for requests that are under way. */
  readonly closeTimeoutMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const defaultLimits: Limits = Object.freeze({
  maxBodyBytes: MAX_WEBHOOK_BYTES,
  maxHeaderBytes: 256 * KIB,
  maxConnections: 4096,
  maxConnectionsPerAddress: 0,
  maxRequestsPerConnection: 0,
  maxPipelinedRequests: 100,
  maxPipelinedInAll: 4096,
  refusedPerSecond: 0,
  refusedBurst: 20,
  maxRefusedSenders: 10_000,
  maxBufferedBytes: 64 * MIB,
  roomTimeoutMs: 5_000,
  roomHeldMs: 3_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  checkIntervalMs: 1_000,
  stalledTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  drainBytes: 4 * MIB,
  drainTimeoutMs: 2_000,
  refusalsPerTurn: 8,
  closeTimeoutMs: 15_000,
});
