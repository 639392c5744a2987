/**
 * Reconciles one Receiver: has its route published and its exposure followed and, where this replica leads, writes its
 * status and Events. It holds no queue: what it throws is retried with back-off by the caller's.
 */
import { intervalMs, RECEIVER_KIND, type Receiver, type ReceiverStatus } from '../api/receiver/receiver.ts';
import type { Exposure } from '../exposure/exposure.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { createKeyIndex, type KeyIndex } from '../kube/queue/key-index.ts';
import { releaseFinalizer } from '../kube/release-finalizer.ts';
import { patchStatus } from '../kube/status.ts';
import { suspendedStatus } from '../kube/suspended-status.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { StatusAdditions } from '../platform/status-additions.ts';
import { desiredStatus, type Outcome, pathOf } from './desired-status.ts';
import type { Publisher } from './publisher.ts';
import { receiverEvent, regardingReceiver } from './receiver-event.ts';

export interface Controller {
  /**
   * @param receiver as the API server has it now; undefined: it is gone.
   * @throws ReceiverError that is not terminal, ApiError, ConnectionError: reconcile again later.
   */
  reconcile(key: string, receiver: Receiver | undefined): Promise<Requeue | undefined>;
  /** The Receivers (`namespace/name`) that name this Secret (`namespace/name`). */
  receiversOf(secretKey: string): Iterable<string>;
}

interface Requeue {
  readonly requeueAfterMs: number;
}

export interface ControllerOptions {
  /** Through which the leader writes. */
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly publisher: Publisher;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly exposure: Pick<Exposure, 'follow' | 'forget' | 'evaluate'>;
  readonly additions: Pick<StatusAdditions, 'merge'>;
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

interface State {
  readonly options: ControllerOptions;
  /** Which Secret each Receiver names. */
  readonly bySecret: KeyIndex;
}

export function createController(options: ControllerOptions): Controller {
  const state: State = { options, bySecret: createKeyIndex() };
  return {
    receiversOf: (secretKey) => state.bySecret.keysOf(secretKey),
    reconcile: (key, receiver) => reconcile(state, key, receiver),
  };
}

async function reconcile(state: State, key: string, receiver: Receiver | undefined): Promise<Requeue | undefined> {
  const { exposure } = state.options;
  if (receiver === undefined) {
    forget(state, key);
    exposure.forget(key);
    return undefined;
  }
  const { metadata, spec } = receiver;
  if (metadata.deletionTimestamp !== undefined) {
    forget(state, key);
    exposure.follow(receiver, undefined);
    if (state.options.isLeader()) await releaseFinalizer(state.options.client, state.options.type, receiver.metadata);
    return undefined;
  }
  const secretName = spec.secretRef?.name;
  state.bySecret.set(key, secretName === undefined ? undefined : `${metadata.namespace}/${secretName}`);
  return spec.suspend === true ? suspend(state, key, receiver) : settle(state, key, receiver);
}

function forget({ options, bySecret }: State, key: string): void {
  bySecret.set(key, undefined);
  options.publisher.withdraw(key);
}

async function suspend({ options }: State, key: string, receiver: Receiver): Promise<undefined> {
  const { publisher, exposure, isLeader } = options;
  await publisher.publishUnavailable(key, receiver);
  exposure.follow(receiver, receiver.status?.webhookPath, publisher.previousPathOf(key));
  if (isLeader()) await write(options, receiver, suspendedStatus(receiver));
}

async function settle(state: State, key: string, receiver: Receiver): Promise<Requeue | undefined> {
  const { exposure, isLeader, log, publisher } = state.options;
  const outcome = await publish(state, key, receiver);
  exposure.follow(receiver, pathOf(outcome, receiver.status?.webhookPath), publisher.previousPathOf(key));
  if (isLeader()) await writeOutcome(state, receiver, outcome);
  if ('path' in outcome) return { requeueAfterMs: intervalMs(receiver.spec) };
  const { error } = outcome;
  if (!error.terminal) throw error;
  const { namespace, name } = receiver.metadata;
  const about = { controller: 'receiver', namespace, name, reason: error.code, error: error.message };
  log.error(about, 'Receiver is stalled');
  return undefined;
}

async function publish({ options }: State, key: string, receiver: Receiver): Promise<Outcome> {
  try {
    return await options.publisher.publish(key, receiver);
  } catch (error) {
    // No fault of the Receiver's: what it had goes on being served, and exposed.
    options.exposure.follow(receiver, receiver.status?.webhookPath, options.publisher.previousPathOf(key));
    throw error;
  }
}

async function writeOutcome({ options }: State, receiver: Receiver, outcome: Outcome): Promise<void> {
  const { exposure, events, clock } = options;
  const exposed = exposure.evaluate(receiver, pathOf(outcome, receiver.status?.webhookPath));
  await write(options, receiver, desiredStatus(receiver, outcome, clock.now(), exposed));
  const event = receiverEvent(receiver, outcome);
  if (event !== undefined) events.record(regardingReceiver(receiver.metadata), event);
}

async function write({ client, type, additions }: ControllerOptions, receiver: Receiver, status: ReceiverStatus) {
  await patchStatus(client, type, receiver, await additions.merge(RECEIVER_KIND, receiver, status));
}
