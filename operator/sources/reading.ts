/** Puts the parts together that read for one BrokerReceiver: its connection, and what becomes of its messages. */
import { hostname } from 'node:os';
import { BROKER_RECEIVER_KIND, type BrokerReceiver } from '../api/broker-receiver/broker-receiver.ts';
import { REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import type { Receiver } from '../api/receiver/receiver.ts';
import type { KeptBodies } from '../deliveries/bodies/kept-bodies.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { SampledLog } from '../observe/sampled-log.ts';
import type { MessageNotifying } from '../receivers/notifying.ts';
import { createAttemptCounts } from './attempt-counts.ts';
import type { BodyBudget } from './body-budget.ts';
import type { CompiledSource } from './compile.ts';
import { type Connection, createConnection } from './connection.ts';
import { type InputsOptions, readInputs } from './inputs.ts';
import { createJudge } from './judge.ts';
import { createKeepMessage } from './keep-message.ts';
import { createLastMessageTime } from './last-message-time.ts';
import type { SourceLabels, SourceMetrics, SourceSample } from './metrics.ts';
import { createReader } from './reader.ts';
import { createMessageRecorder } from './record-message.ts';
import { createSourceReports } from './reports.ts';
import { createSlots } from './slots.ts';
import { regardingSource } from './source-event.ts';

export interface Reading {
  readonly labels: SourceLabels;
  readonly connection: Connection;
  sample(): SourceSample;
  /** @returns whether all that was held is given back. */
  stop(): Promise<boolean>;
}

export interface ReadingOptions {
  /** Of this replica, which received. */
  readonly client: KubeClient;
  readonly kind: ResourceType;
  readonly inputs: InputsOptions;
  readonly notifying: MessageNotifying;
  readonly budget: BodyBudget;
  readonly metrics: SourceMetrics;
  readonly journal: Journal;
  readonly bodies: KeptBodies;
  /** A Receiver, by `namespace/name`. */
  readonly receiver: (key: string) => Receiver | undefined;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sampled: SampledLog;
}

/** @param onChange called when what `connection` says is another thing. */
export function startReading(
  options: ReadingOptions,
  object: BrokerReceiver,
  compiled: CompiledSource,
  onChange: () => void,
): Reading {
  const { client, kind, notifying, budget, journal, bodies, clock, log } = options;
  const { namespace, name, annotations } = object.metadata;
  const labels: SourceLabels = { type: compiled.type.name, namespace, name };
  const ref = { kind: BROKER_RECEIVER_KIND, namespace, name };
  const keep = createKeepMessage({ bodies, object, secret: options.inputs.secret, receiver: options.receiver });
  const recorder = createMessageRecorder({ journal, bodies, keep, object: ref, type: labels.type, clock });
  const reports = createSourceReports({ ...options, labels, recorder, regarding: regardingSource(object.metadata) });
  const lastMessage = createLastMessageTime({ client, type: kind, namespace, name, clock, log });
  const judge = createJudge({ compiled, namespace, notifying, onHandshake: reports.handshake, recorder });
  const counts = createAttemptCounts();
  const slots = createSlots();
  const { type, block, maxAttempts, inspectEveryMs, handling } = compiled;
  if (handling.kind === 'targets') notifying.prepare(handling.targets.entries);
  const connection = createConnection({
    inputs: () => readInputs(options.inputs, object, compiled),
    open: (inputs) => type.open({ block, ...inputs, consumer: hostname(), clock, log }),
    read: (source) =>
      createReader({ source, judge, maxAttempts, counts, slots, reports, budget, clock, random: Math.random }),
    inspectEveryMs,
    request: annotations?.[REQUESTED_AT_ANNOTATION],
    clock,
    random: Math.random,
    onChange,
    onError: reports.callFailed,
    onReceived: lastMessage.received,
  });
  return {
    labels,
    connection,
    sample: () => sampleOf(connection, labels, clock),
    stop() {
      lastMessage.stop();
      reports.stop();
      return connection.stop();
    },
  };
}

function sampleOf(connection: Connection, labels: SourceLabels, clock: Clock): SourceSample {
  const readers = connection.readers();
  const oldestMs = readers.flatMap(({ loop }) => loop.oldestMs() ?? []);
  return {
    labels,
    isUp: connection.state.kind === 'reading',
    inflight: readers.reduce((sum, { loop }) => sum + loop.held, 0),
    heldSeconds: oldestMs.length === 0 ? 0 : (clock.elapsedMs() - Math.min(...oldestMs)) / 1_000,
    lag: readers.at(-1)?.source.lag(),
  };
}
