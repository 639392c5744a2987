/** Tells from what the client throws why topics cannot be read. Of a broker's answer nothing but its code is passed on. */
import { RefusedAddressError } from '../../../verify/guarded-lookup.ts';
import { SourceError, type SourceErrorCode } from '../../source-error.ts';
import type { KafkaBlock } from './block.ts';

/** Errors of the protocol, by their names. */
const CODES: Readonly<Record<string, SourceErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'SourceNotFound',
  UNKNOWN_TOPIC_ID: 'SourceNotFound',
  INVALID_TOPIC_EXCEPTION: 'SourceNotFound',
  TOPIC_AUTHORIZATION_FAILED: 'AccessDenied',
  GROUP_AUTHORIZATION_FAILED: 'AccessDenied',
  CLUSTER_AUTHORIZATION_FAILED: 'AccessDenied',
  SASL_AUTHENTICATION_FAILED: 'AuthenticationFailed',
  UNSUPPORTED_SASL_MECHANISM: 'AuthenticationFailed',
  ILLEGAL_SASL_STATE: 'AuthenticationFailed',
  INCONSISTENT_GROUP_PROTOCOL: 'SourceUnsuitable',
};
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';
const AUTHENTICATION = 'PLT_KFK_AUTHENTICATION';
const CODE = /^\w{1,64}$/;

interface Found extends Error {
  /** Of the protocol. */
  readonly apiId?: unknown;
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
}

/** @param topics those that were asked about. @returns the error itself where it is one already. */
export function kafkaError(error: unknown, block: KafkaBlock, topics: readonly string[] = block.topics): SourceError {
  const all = [...causesOf(error)];
  const known = all.find((each) => each instanceof SourceError);
  if (known !== undefined) return known;
  const options = { cause: error };
  const apiIds = all.map(({ apiId }) => apiId).filter((apiId) => typeof apiId === 'string');
  const apiId =
    apiIds.find((each) => CODES[each] !== undefined) ?? (all.some(isUnknownTopic) ? UNKNOWN_TOPIC : undefined);
  const group = block.consumerGroup;
  if (apiId !== undefined)
    return new SourceError(CODES[apiId] ?? 'Unreachable', messageOf(apiId, group, topics), options);
  if (all.some(({ code }) => code === AUTHENTICATION)) {
    const message = `the credentials for ${block.bootstrapServers.join(', ')} are refused`;
    return new SourceError('AuthenticationFailed', message, options);
  }
  if (all.some((each) => each instanceof RefusedAddressError)) {
    return new SourceError('Unreachable', 'a broker of the cluster has a link-local address', options);
  }
  const said = apiIds[0] ?? connectionCode(all) ?? 'no answer';
  return new SourceError('Unreachable', `${block.bootstrapServers.join(', ')} failed: ${said}`, options);
}

function messageOf(apiId: string, group: string, topics: readonly string[]): string {
  switch (CODES[apiId]) {
    case 'SourceNotFound':
      return missing(topics);
    case 'AccessDenied':
      return `${apiId}: allow Read and Describe on topic ${topics.join(', ')} and Read on group ${group}`;
    case 'SourceUnsuitable':
      return `consumer group ${group} is used by another kind of consumer: ${apiId}`;
    default:
      return `the credentials are refused: ${apiId}`;
  }
}

/** That a topic is not there, and what makes it. */
export function missing(topics: readonly string[]): string {
  const [first = ''] = topics;
  return `topic ${topics.join(' or ')} does not exist; to make it: kafka-topics.sh --bootstrap-server SERVER --create --topic ${first}`;
}

/** The client finds that out by itself, and has no code for it. */
function isUnknownTopic({ code, message }: Found): boolean {
  return code === 'PLT_KFK_USER' && message.startsWith('Unknown topic ');
}

/** Nested as the client nests them, outermost first. */
function* causesOf(error: unknown): Generator<Found> {
  if (!(error instanceof Error)) return;
  const found = error as Found;
  yield found;
  for (const each of found.errors ?? []) yield* causesOf(each);
  if (found.cause !== error) yield* causesOf(found.cause);
}

/** Node's name of what went wrong with a connection, rather than the client's own. */
function connectionCode(all: readonly Found[]): string | undefined {
  const codes = all.map(({ code }) => code).filter((code) => typeof code === 'string' && CODE.test(code)) as string[];
  return codes.find((code) => !code.startsWith('PLT_KFK_')) ?? codes[0];
}
