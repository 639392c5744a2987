/** Writes `status.lastMessageTime`: by the replica that received, at most once a minute, and the last one of a burst too. */
import type { BrokerReceiverStatus } from '../api/broker-receiver/broker-receiver.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { secondTime } from '../kube/micro-time.ts';
import { mergePatch } from '../kube/operations.ts';
import type { Clock, Timer } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';

export interface LastMessageTime {
  /** A message was received. Never throws, never waits. */
  received(): void;
  stop(): void;
}

export interface LastMessageTimeOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface State {
  readonly options: LastMessageTimeOptions;
  /** Since 1970; undefined: it is written. */
  unwrittenMs: number | undefined;
  /** Set for a minute after each write. */
  pause: Timer | undefined;
  stopped: boolean;
}

const EVERY_MS = 60_000;

export function createLastMessageTime(options: LastMessageTimeOptions): LastMessageTime {
  const state: State = { options, unwrittenMs: undefined, pause: undefined, stopped: false };
  return {
    received() {
      state.unwrittenMs = options.clock.now();
      if (state.pause === undefined) write(state);
    },
    stop() {
      state.stopped = true;
      state.pause?.cancel();
    },
  };
}

function write(state: State): void {
  const { clock, client, type, namespace, name, log } = state.options;
  const { unwrittenMs } = state;
  if (unwrittenMs === undefined || state.stopped) return;
  state.unwrittenMs = undefined;
  state.pause = clock.setTimeout(() => {
    state.pause = undefined;
    write(state);
  }, EVERY_MS);
  const status: BrokerReceiverStatus = { lastMessageTime: secondTime(unwrittenMs) };
  mergePatch(client, type, { namespace, name, subresource: 'status' }, { status }).catch((error: unknown) => {
    if (!isNotFound(error)) log.debug({ namespace, name, error }, 'the time of the last message was not written');
  });
}
