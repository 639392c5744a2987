/** Azure Event Grid, in its own schema or that of CloudEvents. */
import { RequestError } from '../api/errors.ts';
import { systemClock } from '../observe/clock.ts';
import type { SourceEvent } from '../sources/envelopes/unwrap.ts';
import { deliveredEvents } from './delivered-events.ts';
import { ENTRA_AUTHORITY, type EntraIdentity, type EntraOptions, entraIdToken } from './entra-id-token.ts';
import { issuers as sharedIssuers } from './issuers.ts';
import { malformedKey, secretKey } from './secret-key.ts';
import { allowedOrigin } from './webhook-origin.ts';
import type { SecretData, WebhookRequest, WebhookType, WebhookVerifier } from './webhook-type.ts';

const SCHEMAS: ReadonlySet<string | undefined> = new Set(['eventgrid', 'cloudevents']);
const TENANT = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

function prepare(secret: SecretData, options: EntraOptions): WebhookVerifier {
  const identity = identityOf(secret);
  return {
    head(head) {
      const checkSignature = identity === undefined ? undefined : entraIdToken(head, identity, options);
      return async () => {
        await checkSignature?.();
        return {};
      };
    },
  };
}

/** @returns undefined: the path alone proves. */
function identityOf(secret: SecretData): EntraIdentity | undefined {
  if (!Object.hasOwn(secret, 'tenant') && !Object.hasOwn(secret, 'audience')) return undefined;
  const tenant = secretKey(secret, 'tenant').toString('utf8').toLowerCase();
  if (!TENANT.test(tenant)) throw malformedKey('tenant', 'it is not the id of a tenant, as 11111111-2222-…');
  return { tenant, audience: secretKey(secret, 'audience').toString('utf8') };
}

function read(request: WebhookRequest): readonly SourceEvent[] {
  const events = deliveredEvents(request);
  if (events.some(({ path }) => !SCHEMAS.has(path[0])))
    throw new RequestError('PayloadInvalid', 'no event of Event Grid');
  if (validationCodes(events).includes(''))
    throw new RequestError('PayloadInvalid', 'a validation event without a code');
  return events;
}

function validationCodes(events: readonly SourceEvent[]): readonly string[] {
  return events.flatMap(({ handshake }) =>
    handshake?.kind === 'eventgrid-validation' ? [handshake.validationCode] : [],
  );
}

/** Event Grid sends a validation alone. */
function answer(events: readonly SourceEvent[]): Readonly<Record<string, string>> | undefined {
  const [code] = validationCodes(events);
  return code === undefined ? undefined : { validationResponse: code };
}

/** @param options for tests: another issuer than Entra, another time. */
export function createEventgrid(options: Partial<EntraOptions> = {}): WebhookType {
  const all = { issuers: sharedIssuers, authority: ENTRA_AUTHORITY, now: systemClock.now, ...options };
  return {
    name: 'eventgrid',
    validatedBy:
      'nothing but the path; where the Secret has `tenant` and `audience`, an Entra ID token in `Authorization: Bearer`',
    secret: 'required',
    oidcProviders: 'refused',
    events: { unlisted: 'passed-over', read, answer },
    filterVariables: ['msg'],
    methods: ['POST', 'OPTIONS'],
    prepare: ({ secret }) => prepare(secret, all),
    options: allowedOrigin,
  };
}

export const eventgrid: WebhookType = createEventgrid();
