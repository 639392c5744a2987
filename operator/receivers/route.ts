/** What is known of a Receiver at its path: whose it is, and what serving a webhook takes. */
import type { BodiesToKeep } from '../deliveries/bodies/copy-body.ts';
import type { WebhookType, WebhookVerifier } from '../webhooks/webhook-type.ts';
import type { CompiledTargets } from './compile-targets.ts';

/** The key of a Receiver's Secret by which a request came. */
export type Credential = 'token' | 'previousToken';

/** What serving a webhook takes. */
export interface Serving extends CompiledTargets {
  readonly verifier: WebhookVerifier;
  /** Of the name of an event's header, lower-cased, or of the type of an event; undefined: all events. */
  readonly events: { has(event: string): boolean } | undefined;
  /** Whether a genuine request whose event is not listed is answered 200. */
  readonly acceptsUnlisted: boolean;
  /** Undefined: no body is kept. */
  readonly keep?: BodiesToKeep | undefined;
}

/** Whose route it is. */
export interface RouteIdentity {
  /** `namespace/name` of the Receiver. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  /** RFC 3339; decides who keeps a path that two request. */
  readonly createdAt: string;
}

export interface Route extends RouteIdentity {
  /** Undefined for a type that the registry does not know. */
  readonly type: WebhookType | undefined;
  /** Undefined: suspended or stalled, answered 503. */
  readonly serving: Serving | undefined;
  /** Somebody wants it that way. */
  readonly suspended?: true;
  /** The key of the Secret whose path this is; absent for a type without a Secret. */
  readonly credential?: Credential;
}
