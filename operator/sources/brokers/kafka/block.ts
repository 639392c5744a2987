/** `spec.kafka`, and what in it cannot work. */
import { checkWrittenAddress, RefusedAddressError } from '../../../verify/guarded-lookup.ts';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';

export interface KafkaBlock {
  /** `host:port` each. */
  readonly bootstrapServers: readonly string[];
  readonly topics: readonly string[];
  readonly consumerGroup: string;
  readonly startFrom?: 'latest' | 'earliest';
  readonly deadLetterTopic?: string;
  readonly tls?: boolean;
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly audience?: string };
}

/** One line that says what to change; undefined: nothing. */
export function blockFault(block: KafkaBlock): string | undefined {
  const { bootstrapServers, topics, deadLetterTopic, tls = false, sasl } = block;
  for (const [index, server] of bootstrapServers.entries()) {
    const fault = serverFault(server);
    if (fault !== undefined) return `spec.kafka.bootstrapServers[${index}] ${fault}`;
  }
  if (deadLetterTopic !== undefined && topics.includes(deadLetterTopic)) {
    return 'spec.kafka.deadLetterTopic is one of kafka.topics, so a rejected message would come again without end';
  }
  if (sasl?.mechanism !== 'oauthbearer') {
    return sasl?.audience === undefined ? undefined : 'spec.kafka.sasl.audience is for the mechanism oauthbearer alone';
  }
  if (!tls)
    return 'spec.kafka.sasl.mechanism oauthbearer needs spec.kafka.tls: true, because a token is sent over TLS only';
  return sasl.audience === undefined ? 'spec.kafka.sasl.audience is required for the mechanism oauthbearer' : undefined;
}

function serverFault(server: string): string | undefined {
  const url = URL.parse(`kafka://${server}`);
  if (url === null || url.port === '') return 'must be host:port';
  try {
    checkWrittenAddress(url);
    return undefined;
  } catch (error) {
    if (!(error instanceof RefusedAddressError)) throw error;
    return 'is a link-local address, which is never connected to';
  }
}
