/**
 * The contract of a provider: how a kind of service is notified of an event.
 *
 * A type is one file in `providers/` and one line in `providers/index.ts`. It is asked twice. `prepare` gets what a
 * Provider object and its Secrets say, checks it, and returns a notifier; it is called again only when one of them
 * changes, so a notifier may keep what it has made or learnt. The notifier's `send` makes one attempt to deliver one
 * notification. Queues, retries, time limits, order, logs, metrics and the removal of secrets from errors are not its
 * business. A type that posts JSON:
 *
 * ```ts
 * export const pager: ProviderType = {
 *   name: 'pager',
 *   description: 'An imaginary pager',
 *   settings: { address: 'URL of the pager', secret: '`token`: API key, required' },
 *   prepare({ address, token, http }) {
 *     const url = hookUrl('Pager', address);
 *     if (token === '') throw new DeliveryError('final', 'pager token cannot be empty');
 *     const headers = { Authorization: `Bearer ${token}` };
 *     return {
 *       send({ event }, signal) {
 *         return post(http, { url, headers, body: goJson({ text: event.message }) }, signal);
 *       },
 *     };
 *   },
 * };
 * ```
 */
import type { Alert } from '../api/alert/alert.ts';
import type { ServiceAccountIdentity } from './cloud/service-account.ts';
import type { ProviderTokens } from './cloud/token-cache.ts';
import type { FluxEvent } from './flux-event.ts';
import type { HttpCaller, ProxySettings, TlsSettings } from './send/http-caller.ts';

/** A delivery: what a Provider sends. */
export interface Notification {
  /** Its metadata are combined with the Alert's. */
  readonly event: FluxEvent;
  readonly alert: Alert;
  /** The name of a commit status; empty for every other type. */
  readonly statusId: string;
}

export interface Notifier {
  /**
   * One attempt; done when the service has said that it took the notification.
   * @param signal aborted when the Provider's timeout is over.
   * @throws DeliveryError, or whatever the signal or a connection throws, which counts as passing.
   */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
  /** Ends what it holds open, when its Provider changes or goes. */
  close?(): Promise<void>;
}

/** What a Provider and its Secrets say, in the form that types need. Strings are empty where nothing is said. */
export interface ProviderSettings {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The Secret's if it has one, trimmed; else the spec's. */
  readonly address: string;
  readonly channel: string;
  readonly username: string;
  readonly password: string;
  /** Without line feeds at its end. */
  readonly token: string;
  /** All data of `secretRef`'s Secret, as they are. */
  readonly secret: Readonly<Record<string, Buffer>>;
  /** The map in the Secret's key `headers`. */
  readonly headers: ReadonlyMap<string, string>;
  /** Calls with the Provider's TLS settings and proxy; a type makes no connection of its own where it can use this. */
  readonly http: HttpCaller;
  /** For clients that are not HTTP. */
  readonly tls: TlsSettings | undefined;
  /** For clients that are not HTTP. */
  readonly proxy: ProxySettings | undefined;
  /** For clients that are not HTTP: whether link-local addresses may be connected to. */
  readonly allowLinkLocal: boolean;
  /** As the Provider has it. */
  readonly serviceAccountName: string;
  /** Of `serviceAccountName` or `--default-service-account`; undefined: the operator's own identity. */
  readonly serviceAccount: ServiceAccountIdentity | undefined;
  /** Keeps the access tokens of clouds and of GitHub Apps. */
  readonly tokens: ProviderTokens;
}

/**
 * Which events a type is for (contract, *Gates*): `forward` is for all, also for the updates of commit statuses, which
 * `message` is not for; as in Flux, only `generic` and `generic-hmac` forward.
 */
export type ProviderPurpose = 'message' | 'forward' | 'commit status' | 'change request';

/** What a type takes of a Provider and its Secret, each in a few words of Markdown for the docs' table; left out: nothing. */
export interface SettingsMeaning {
  readonly address?: string;
  readonly channel?: string;
  /** Keys of `secretRef`'s Secret beside `address`. */
  readonly secret?: string;
}

export interface ProviderType {
  /** `spec.type`. */
  readonly name: string;
  /** The service, for the docs' table. */
  readonly description: string;
  readonly settings: SettingsMeaning;
  /** Default `message`. */
  readonly purpose?: ProviderPurpose;
  /** What of these settings works and should be changed, for the log; undefined: nothing. */
  deprecation?(settings: ProviderSettings): string | undefined;
  /** @throws DeliveryError of verdict `final` for settings that cannot work, with a message that says what to change. */
  prepare(settings: ProviderSettings): Notifier | Promise<Notifier>;
}
