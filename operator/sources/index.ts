/** The registry of brokers: a new one is a file in `brokers/` and a line here. */
import { kafka } from './brokers/kafka.ts';
import { nats } from './brokers/nats.ts';
import { pubsub } from './brokers/pubsub.ts';
import { rabbitmq } from './brokers/rabbitmq.ts';
import { sqs } from './brokers/sqs.ts';
import type { SourceType } from './source.ts';

const all: readonly SourceType[] = [sqs, pubsub, nats, kafka, rabbitmq];

/** The brokers by their names, which are the values of `spec.type`, in the order in which people should read them. */
export const sourceTypes: ReadonlyMap<string, SourceType> = new Map(all.map((type) => [type.name, type]));
