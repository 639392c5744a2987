/**
 * The contract of a receiver type: what its file exports and the registry lists. A type knows requests and secrets; it
 * never knows Kubernetes or a server.
 *
 * A type becomes an answer in three steps, each with what the step before it left:
 *
 * 1. `prepare` sees the Receiver's settings, once each time they change. What is costly is made here: a key, compiled
 *    CEL.
 * 2. `head` sees the headers of one request, before its body is read. It parses the proof, and refuses what is malformed.
 * 3. The function that `head` returns sees the body, and holds the proof against it.
 *
 * @example A type whose sender signs the body with HMAC-SHA256, in base64.
 * ```ts
 * export const parcels: WebhookType = {
 *   name: 'parcels',
 *   validatedBy: '`X-Parcel-Signature`: base64 HMAC-SHA256 of the raw body with the token',
 *   secret: 'required',
 *   provedByToken: true,
 *   oidcProviders: 'refused',
 *   methods: ['POST'],
 *   prepare({ token }) {
 *     const key = createSecretKey(token);
 *     return {
 *       head(head) {
 *         const value = singleHeader(head, 'x-parcel-signature');
 *         if (value === undefined) throw new RequestError('SignatureMissing');
 *         const signature = { algorithm: 'sha256', digest: Buffer.from(value, 'base64') } as const;
 *         return (body) => {
 *           if (!hmacMatches(signature, key, body)) throw new RequestError('SignatureMismatch');
 *           return {};
 *         };
 *       },
 *     };
 *   },
 * };
 * ```
 */
import type { Announced } from '../api/announced.ts';
import type { OidcProvider } from '../api/receiver/receiver.ts';
import type { RequestHead } from '../api/request-head.ts';
import type { SourceEvent } from '../sources/envelopes/unwrap.ts';

export type { RequestHead };

export interface WebhookRequest extends RequestHead {
  readonly body: Buffer;
}

/** `claims` are those of the ID token; `msg` is about the message that a webhook carries. */
export type FilterVariable = 'claims' | 'msg';

/** The data of a Receiver's Secret, decoded, byte for byte. */
export type SecretData = Readonly<Record<string, Buffer>>;

/** What a Receiver says of its type's own business. `token` is empty for a type without a Secret. */
export interface WebhookSettings {
  readonly token: Buffer;
  readonly secret: SecretData;
  readonly oidcProviders: readonly OidcProvider[];
}

/** What a genuine request proved beside being genuine. */
export interface Verified {
  /** The claims of the ID token; only generic-oidc has them. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The key of the Secret that proved it, where it is not `token`. */
  readonly credential?: 'previousToken';
}

/** A request whose proof was judged before. */
export interface ProvedRequest {
  readonly request: WebhookRequest;
  /** Undefined: it has none, or they are not known. */
  readonly claims: Verified['claims'];
}

/** Judges the body of one request, whose head was judged before. @throws RequestError */
export type JudgeBody = (body: Buffer) => Verified | Promise<Verified>;

/** A type made ready for one Receiver. */
export interface WebhookVerifier {
  /**
   * Refuses all that the head alone can refuse, and gives what judges the body that belongs to it: what the head says is
   * read once. Called before a byte of the body is read, where its length is declared.
   * @throws RequestError
   */
  head(head: RequestHead): JudgeBody;
}

/** How a type's requests carry events. `spec.events` lists their types. */
export interface EventReader {
  /**
   * What becomes of a request none of whose events is listed: `refused` is answered 400, `passed-over` 200, for senders
   * that would send it again for days.
   */
  readonly unlisted: 'refused' | 'passed-over';
  /** The events in a request, whether or not it is genuine. @throws RequestError PayloadInvalid, BodyTooLarge */
  read(request: WebhookRequest): readonly SourceEvent[];
  /** The JSON that answers a request with these events once all is done; undefined: the answer has no body. */
  answer?(events: readonly SourceEvent[]): Readonly<Record<string, string>> | undefined;
}

export interface WebhookType {
  /** The value of `spec.type`. */
  readonly name: string;
  /** For people: the type table in the docs and `kubectl explain`. One line, no full stop. */
  readonly validatedBy: string;
  /** Whether `spec.secretRef` is required or refused. */
  readonly secret: 'required' | 'refused';
  /** Whether `token` proves requests, and so `previousToken` does too while the Secret has it. Absent: it makes the path alone. */
  readonly provedByToken?: true;
  /** Whether `spec.oidcProviders` is required or refused. */
  readonly oidcProviders: 'required' | 'refused';
  /** The header that names the event for `spec.events`, lower-case; absent where events mean nothing. */
  readonly eventHeader?: string;
  /** The event by which a sender tries out its hook, lower-case: it is accepted though it is not listed. */
  readonly pingEvent?: string;
  /** Present: a request carries events, each of which is judged by itself. */
  readonly events?: EventReader;
  /** What filters see beside `req` and `res`. */
  readonly filterVariables?: readonly FilterVariable[];
  /** The methods that are not answered 405. */
  readonly methods: readonly string[];
  /** Throws ReceiverError when the Receiver's settings cannot work, with a message that says what to change. */
  prepare(settings: WebhookSettings): WebhookVerifier;
  /**
   * What a request must be, whatever proves it: the part of `prepare`'s verifier that needs no Secret. It judges what is
   * taken as genuine. Absent: nothing.
   */
  readonly form?: WebhookVerifier;
  /** The headers that answer OPTIONS, which is one of `methods`, without proof. @throws RequestError */
  options?(head: RequestHead): Readonly<Record<string, string>>;
  /** `req` for filters; throws RequestError FilterInputInvalid. Absent: the JSON body, by content type. */
  filterInput?(request: WebhookRequest): Readonly<Record<string, unknown>>;
  /** What a genuine request says was pushed, as far as it says so; undefined: nothing. May throw whatever it likes. */
  announced?(request: WebhookRequest): Announced | undefined;
}
