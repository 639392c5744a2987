/**
 * From a Receiver and its Secret to what serves its webhooks. Pure: it asks nobody, and the same input gives the same
 * route.
 */

import { ReceiverError } from '../api/errors.ts';
import type { Receiver } from '../api/receiver/receiver.ts';
import { validateReceiver } from '../api/receiver/validate-receiver.ts';
import { bodiesToKeep } from '../deliveries/bodies/bodies-to-keep.ts';
import { compileEvents } from '../sources/envelopes/event-filter.ts';
import type { SecretData, WebhookType } from '../webhooks/webhook-type.ts';
import { type CompiledTargets, compileTargets } from './compile-targets.ts';
import { eitherVerifier } from './either-verifier.ts';
import type { Route, RouteIdentity, Serving } from './route.ts';
import { webhookPath } from './webhook-path.ts';

const NO_TOKEN = Buffer.alloc(0);

/** The part of the compiled form that the Secret has no say in, so that a rotation need not make it again. */
export interface CompiledSpec {
  readonly type: WebhookType;
  readonly events: Serving['events'];
  readonly targets: CompiledTargets;
}

/**
 * @param types the registry: `spec.type` to its type.
 * @throws ReceiverError ValidationFailed or InvalidCELExpression, with a message that says what to change.
 */
export function compileSpec(receiver: Receiver, types: ReadonlyMap<string, WebhookType>): CompiledSpec {
  const { spec, metadata } = receiver;
  validateReceiver(spec, [...types.values()]);
  const type = types.get(spec.type);
  if (type === undefined) throw new ReceiverError('ValidationFailed', `spec.type: unknown type ${spec.type}`);
  return {
    type,
    events: eventsOf(type, spec.events ?? []),
    targets: compileTargets(spec, metadata.namespace, type.filterVariables),
  };
}

function eventsOf(type: WebhookType, events: readonly string[]): Serving['events'] {
  if (type.events !== undefined) {
    const has = compileEvents(events);
    return has === undefined ? undefined : { has };
  }
  if (events.length === 0 || type.eventHeader === undefined) return undefined;
  return new Set(events.map((event) => event.toLowerCase()));
}

function tokenOf(receiver: Receiver, secret: SecretData | undefined): Buffer {
  const name = `${receiver.metadata.namespace}/${receiver.spec.secretRef?.name}`;
  if (secret === undefined) throw new ReceiverError('TokenNotFound', `Secret ${name} not found`);
  const token = secret.token;
  if (token === undefined) throw new ReceiverError('TokenNotFound', `Secret ${name} has no key 'token'`);
  if (token.length === 0) throw new ReceiverError('TokenNotFound', `Secret ${name} has an empty 'token'`);
  return token;
}

/** The token before a rotation, as long as the Secret has it; undefined: none that is another one. */
function previousTokenOf({ token = NO_TOKEN, previousToken }: SecretData): Buffer | undefined {
  const isNone = previousToken === undefined || previousToken.length === 0 || previousToken.equals(token);
  return isNone ? undefined : previousToken;
}

/** The path of the `previousToken` in a Receiver's Secret; undefined: it has none. */
export function previousPath(receiver: Receiver, secret: SecretData): string | undefined {
  const previousToken = previousTokenOf(secret);
  return previousToken && pathOf(receiver, previousToken);
}

function pathOf({ metadata: { name, namespace } }: Receiver, token: Buffer): string {
  return webhookPath(token, name, namespace);
}

/** A compiled Receiver, and where it is served. */
export interface CompiledRoute {
  readonly path: string;
  readonly route: Route;
  /** The path of `previousToken`. */
  readonly previousPath: string | undefined;
}

/**
 * @param secret the data of `spec.secretRef`; undefined where there is none.
 * @throws ReceiverError TokenNotFound, or what the type refuses of its settings.
 */
export function compileRoute(
  receiver: Receiver,
  compiled: CompiledSpec,
  secret: SecretData | undefined,
): CompiledRoute {
  const { type, events, targets } = compiled;
  const needsToken = type.secret === 'required';
  const token = needsToken ? tokenOf(receiver, secret) : NO_TOKEN;
  const proof = needsToken && secret !== undefined ? secret : {};
  const previousToken = previousTokenOf(proof);
  const settings = {
    secret: proof,
    oidcProviders: receiver.spec.oidcProviders ?? [],
  };
  const current = type.prepare({ ...settings, token });
  const verifier =
    previousToken === undefined || type.provedByToken !== true
      ? current
      : eitherVerifier(current, type.prepare({ ...settings, token: previousToken }));
  const acceptsUnlisted = receiver.spec.deliveries?.unlistedEvents === 'Accept';
  const keep = bodiesToKeep(receiver.spec.deliveries, secret);
  return {
    path: pathOf(receiver, token),
    previousPath: previousPath(receiver, proof),
    route: {
      ...routeIdentity(receiver),
      type,
      serving: { verifier, events, acceptsUnlisted, keep, ...targets },
      ...(needsToken ? { credential: 'token' } : {}),
    },
  };
}

/** The part of a route that tells whose it is. */
export function routeIdentity(receiver: Receiver): RouteIdentity {
  const { namespace, name, uid, creationTimestamp } = receiver.metadata;
  return { key: `${namespace}/${name}`, namespace, name, uid, createdAt: creationTimestamp ?? '' };
}
