import { startKafkaBroker } from './kafka-broker.ts';
import { startNatsBroker } from './nats-broker.ts';
import { startPubSubBroker } from './pubsub-broker.ts';
import { startRabbitMqBroker } from './rabbitmq-broker.ts';
import { startSqsBroker } from './sqs-broker.ts';
import type { TestBroker } from './test-broker.ts';

/** One of each type. */
export const startTestBroker: Readonly<Record<TestBroker['type'], () => Promise<TestBroker>>> = {
  sqs: startSqsBroker,
  pubsub: startPubSubBroker,
  nats: startNatsBroker,
  kafka: startKafkaBroker,
  rabbitmq: startRabbitMqBroker,
};
