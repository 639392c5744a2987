// The pauses of an informer, on a clock that the test moves, with an API server that is away.
import pino from 'pino';
import { expect, it } from 'vitest';
import { ConnectionError } from '../../../../operator/kube/api-error.ts';
import type { KubeClient } from '../../../../operator/kube/kube-client.ts';
import { retryDelayMs } from '../../../../operator/kube/queue/retry-delay.ts';
import { createInformer } from '../../../../operator/kube/watch/informer.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const BACKOFF = { minDelayMs: 1_000, maxDelayMs: 60_000 };
/** The longest pauses after so many failures. */
const LONGEST_MS = [1, 2, 3].map((failures) => Math.ceil(retryDelayMs(failures, BACKOFF, () => 1)));

function world(onError: () => void = () => undefined) {
  const clock = createManualClock();
  const asked: number[] = [];
  const client: KubeClient = {
    request: () => {
      asked.push(clock.elapsedMs());
      return Promise.reject(new ConnectionError('away'));
    },
    stream: () => {
      throw new Error('no list was answered');
    },
    close: async () => undefined,
  };
  const informer = createInformer({
    ...{ client, clock, backoff: BACKOFF, log: pino({ level: 'silent' }), onError },
    type: { apiVersion: 'v1', plural: 'configmaps', namespaced: true },
    project: ({ metadata }) => ({ metadata }),
  });
  return { clock, informer, asked };
}

it('asks again after each pause, and not before', async () => {
  const { clock, informer, asked } = world();
  informer.start();
  await clock.advance(0);
  expect(asked).toHaveLength(1);
  await clock.advance(BACKOFF.minDelayMs - 1);
  expect(asked).toHaveLength(1);
  for (const [index, longestMs] of LONGEST_MS.entries()) {
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(longestMs);
    expect(asked.length).toBeGreaterThan(index + 1);
  }
  await informer.stop();
});

it('ends its pause when it is stopped', async () => {
  const { clock, informer, asked } = world();
  informer.start();
  await clock.advance(0);
  await informer.stop();
  expect(clock.pendingTimers).toBe(0);
  expect(asked).toHaveLength(1);
});

it('begins no pause when the news of the failure has it stopped', async () => {
  let stopped: Promise<void> | undefined;
  const made = world(() => {
    stopped = made.informer.stop();
  });
  made.informer.start();
  await made.clock.advance(0);
  await stopped;
  expect(made.clock.pendingTimers).toBe(0);
  expect(made.asked).toHaveLength(1);
});
