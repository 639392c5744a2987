/** From a BrokerReceiver to what reads its broker. Pure: it asks nobody. */
import {
  type BrokerReceiver,
  DEFAULT_MAX_ATTEMPTS,
  type PayloadFormat,
} from '../api/broker-receiver/broker-receiver.ts';
import { validateBrokerReceiver } from '../api/broker-receiver/validate-broker-receiver.ts';
import { ReceiverError } from '../api/errors.ts';
import { intervalMs } from '../api/receiver/receiver.ts';
import { type CompiledTargets, compileTargets } from '../receivers/compile-targets.ts';
import { compileEvents, type EventFilter } from './envelopes/event-filter.ts';
import type { SourceType } from './source.ts';

/** What becomes of messages: they notify targets, or are handed to a Receiver. */
export type Handling =
  | {
      readonly kind: 'targets';
      readonly targets: CompiledTargets;
      /** Undefined: every event. */
      readonly events: EventFilter | undefined;
      readonly format: PayloadFormat;
    }
  /** `receiver`: its key, `namespace/name`. */
  | { readonly kind: 'receiver'; readonly receiver: string };

export interface CompiledSource {
  readonly type: SourceType;
  readonly block: unknown;
  /** For people: `sqs flux-events (eu-west-1)`. */
  readonly title: string;
  readonly handling: Handling;
  readonly maxAttempts: number;
  /** How often the broker's settings are read again. */
  readonly inspectEveryMs: number;
}

/**
 * @param types the registry: `spec.type` to its type.
 * @throws ReceiverError ValidationFailed or InvalidCELExpression, with a message that says what to change.
 */
export function compileSource(
  { spec, metadata }: BrokerReceiver,
  types: ReadonlyMap<string, SourceType>,
): CompiledSource {
  validateBrokerReceiver(spec, [...types.values()]);
  const type = types.get(spec.type);
  if (type === undefined) throw new ReceiverError('ValidationFailed', `spec.type: unknown type ${spec.type}`);
  const block = spec[type.name];
  return {
    type,
    block,
    title: `${type.name} ${type.title(block)}`,
    handling: handlingOf({ spec, metadata }),
    maxAttempts: spec.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    inspectEveryMs: intervalMs(spec.interval == null ? {} : { interval: spec.interval }),
  };
}

function handlingOf({ spec, metadata: { namespace } }: BrokerReceiver): Handling {
  const { receiverRef, resources, resourceFilter, events, format } = spec;
  // null is absent, as for the API server.
  if (receiverRef != null) return { kind: 'receiver', receiver: `${namespace}/${receiverRef.name}` };
  const targets = compileTargets(
    { resources: resources ?? [], resourceFilter: resourceFilter ?? undefined },
    namespace,
    ['msg'],
  );
  return { kind: 'targets', targets, events: compileEvents(events ?? []), format: format ?? 'auto' };
}
