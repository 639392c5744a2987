/** The BrokerReceivers of a world: made by a test, and what the operator says of them. */
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
  type BrokerReceiver,
} from '../../../operator/api/broker-receiver/broker-receiver.ts';
import type { Condition, ObjectMeta } from '../../../operator/api/meta.ts';
import type { OperatorProcess } from '../operator-process.ts';
import { waitFor } from '../wait-for.ts';
import type { World } from '../world.ts';

export interface BrokerReceivers {
  /** Creates or changes one. */
  apply(name: string, spec: object, metadata?: Partial<ObjectMeta>): Promise<void>;
  read(name: string): Promise<BrokerReceiver>;
  /** Waits for the Ready condition to have this reason, and gives it. */
  reason(name: string, reason: string): Promise<Condition>;
  /** Kubernetes Events about an object: `reason: note`. */
  eventsOf(name: string): Promise<string[]>;
  /** The sum of a metric's series whose labels contain this text. */
  metric(name: string, labels?: string, operator?: OperatorProcess): Promise<number>;
}

export function brokerReceivers(world: World): BrokerReceivers {
  const read = (name: string) =>
    world.objects.get<BrokerReceiver>(BROKER_RECEIVER_API_VERSION, BROKER_RECEIVER_KIND, name);
  return {
    apply: (name, spec, metadata = {}) =>
      world.apply({
        apiVersion: BROKER_RECEIVER_API_VERSION,
        kind: BROKER_RECEIVER_KIND,
        metadata: { ...metadata, name },
        spec,
      }),
    read,
    reason: (name, reason) =>
      waitFor(`BrokerReceiver ${name} with reason ${reason}`, async () => {
        const { status, metadata } = await read(name);
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        return ready?.reason === reason && ready.observedGeneration === metadata.generation && ready;
      }),
    eventsOf: async (name) => (await world.events(name)).map(({ reason, note }) => `${reason}: ${note}`),
    async metric(name, labels = '', operator = world.operator) {
      const text = await (await fetch(operator.metricsUrl)).text();
      const values = text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
        .map((line) => Number(line.split(' ').at(-1)));
      return values.reduce((sum, value) => sum + value, 0);
    },
  };
}
