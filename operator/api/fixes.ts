/**
 * What people are told of each code that a delivery can have: why it was refused or is not done, and what to do. It is the
 * column *what to do* of the table of errors, for conditions, Events, the page, the command line and the docs.
 */
import type { MessageOutcome, NotificationErrorCode, RequestErrorCode } from './errors.ts';

/** Stands for the Secret of the object, where a text names it. */
const SECRET = '{secret}';

const fixes = {
  PathUnknown: 'no Receiver has this path; copy status.url of the Receiver to the sender',
  PathWithdrawn:
    'the path changed with the token, or with the name of the Receiver; enter the present status.url at the sender',
  MethodNotAllowed: 'webhooks are sent with POST; set that method at the sender',
  ReceiverUnavailable:
    'the Receiver is suspended, stalled or not loaded yet; see its condition Ready, and send the webhook again',
  PendingFull:
    'the API server cannot be reached, and as many notifications wait as may; see why it is away, the sender may send again',
  BodyTooLarge: 'the body is over the limit; have the sender send less, for example fewer events in one webhook',
  BodyIncomplete:
    'the connection ended before the body did; look for a proxy before the operator that cuts connections',
  SignatureMissing: `the sender does not sign; enter key token of ${SECRET} as the secret at the sender`,
  SignatureAmbiguous: 'the signature header comes twice; look for a proxy before the operator that adds headers',
  SignatureMalformed:
    "the signature has another form than that of the Receiver's type; compare spec.type with the sender",
  SignatureMismatch: `the secret at the sender is not key token of ${SECRET}`,
  SignatureExpired: "the signature is older or newer than five minutes; set the sender's clock, and the operator's",
  TokenMismatch: `the token at the sender is not key token of ${SECRET}`,
  TokenRejected:
    "the ID token is missing, expired or not for this Receiver; compare spec.oidcProviders, and the sender's audience, with the log",
  TokenInQuery: 'the query has an access_token, which logs would show; have the sender send it as a header',
  TopicNotListed: `the topic is not listed; add its ARN to key topicARNs of ${SECRET}, or end the subscription`,
  CertificateUnreachable:
    "the certificate of Amazon SNS cannot be fetched; allow the operator to reach the topic's region by HTTPS",
  SubscriptionFailed:
    "the subscription to the topic could not be confirmed; allow the operator to reach the topic's region by HTTPS, and subscribe again",
  OriginMissing: 'the request asks for leave without WebHook-Request-Origin; it is none that CloudEvents describe',
  ContentTypeUnsupported:
    "the type of the Receiver does not take this content type; choose JSON, or what the type's page says, at the sender",
  PayloadInvalid: "the body has not the form of the Receiver's type; compare spec.type with the sender",
  SecretIncomplete: `${SECRET} lacks a key that the type needs; add the key that the log names`,
  IssuerUnreachable: 'the OIDC issuer cannot be reached; allow the operator to reach it, or correct its address',
  IssuerInvalid: 'the OIDC issuer serves keys that cannot be used; correct its address in the Receiver',
  VerificationFailed:
    'a validation of the Receiver does not hold; compare spec.oidcProviders[].validations with the log',
  EventNotListed:
    'spec.events does not list the event; add it, have the sender not send it, or set spec.deliveries.unlistedEvents to Accept',
  FilterFailed: 'a filter failed while it ran; correct it with the place that the log names, or with sluice explain',
  FilterInputInvalid:
    'a filter is set, and the body is no JSON object; choose JSON as content type at the sender, or remove the filter',
  TargetInvalid: 'an entry of spec.resources cannot be used as written; see the condition ResolvedRefs',
  TargetNotFound: 'a resource does not exist; correct its name in spec.resources, or create it',
  TargetForbidden:
    'a resource is in another namespace, which --no-cross-namespace-refs forbids; move the Receiver next to it',
  TargetRefused: 'the API server refused to annotate a resource; give the operator the right that the log names',
  BodiesFull: 'too many bodies are in flight; the sender may send again, and --max-bodies-in-flight sets how many fit',
  RefusedTooOften: 'the sender was refused too often in a second; see what its earlier webhooks were refused for',
  ExpectationFailed: 'the header Expect asks for something else than 100-continue; remove it at the sender',
  InternalError: 'the operator failed; its log has the stack, please report it',
  Malformed: 'the bytes are no HTTP request; look for a proxy before the operator, or for HTTPS sent to the plain port',
  HeadersTooLarge: 'the headers are over the limit; have the sender, or a proxy, send fewer',
  TimedOut: 'the headers or the body came too slowly; check the network between the sender and the operator',

  ProviderInvalid: 'the Provider cannot work as it is; correct what the Event NotificationDispatchFailed names',
  ProviderUnreachable:
    "the service did not answer; correct the Provider's address or proxy, or allow the operator to reach it",
  ProviderRefused: 'the service did not take the notification; see status, and the Event NotificationDispatchFailed',
  SourceForbidden: 'the object is in another namespace, which --no-cross-namespace-refs forbids; move the Alert to it',
  NotificationsFull: 'too many notifications wait; see which Provider is slow, --max-pending-events sets how many fit',
  EventExcluded: 'inclusionList, exclusionList, filterExpr or the type of the Provider leave the event out',
  AlertSuspended: 'the Alert or its Provider is suspended; remove spec.suspend',

  done: 'nothing is to be done',
  poison: 'the messages can never be done; see the Events MessageRejected, and the dead letters',
  failing: 'the messages are tried again; correct what the log names before their attempts end',
  away: 'what the messages need cannot be reached; they are held until it can',
} as const satisfies Readonly<Record<RequestErrorCode | MessageOutcome | NotificationErrorCode, string>>;

/**
 * Why, and what to do, without a full stop; undefined for a code that needs nothing.
 * @param secret the Secret of the object, as `namespace/name`, where it is known.
 */
export function fixOf(code: string, secret?: string): string | undefined {
  if (!Object.hasOwn(fixes, code)) return undefined;
  const named = secret === undefined ? "the Receiver's Secret" : `Secret ${secret}`;
  return fixes[code as keyof typeof fixes].replace(SECRET, named);
}
