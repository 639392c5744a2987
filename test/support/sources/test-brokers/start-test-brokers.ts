import { startKafkaBroker } from './kafka-broker.ts';
import { startNatsBroker } from './nats-broker.ts';
import { startPubSubBroker } from './pubsub-broker.ts';
import { startRabbitMqBroker } from './rabbitmq-broker.ts';
import { startSqsBroker } from './sqs-broker.ts';
import type { TestBroker } from './test-broker.ts';

type Type = TestBroker['type'];

const START: Readonly<Record<Type, () => Promise<TestBroker>>> = {
  sqs: startSqsBroker,
  pubsub: startPubSubBroker,
  nats: startNatsBroker,
  kafka: startKafkaBroker,
  rabbitmq: startRabbitMqBroker,
};

export const TEST_BROKER_TYPES = Object.keys(START) as readonly Type[];

/** One of each type. */
export function startTestBrokers(): Promise<readonly TestBroker[]> {
  return Promise.all(TEST_BROKER_TYPES.map((type) => START[type]()));
}
