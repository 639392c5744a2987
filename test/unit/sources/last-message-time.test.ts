import { expect, it } from 'vitest';
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';
import { createLastMessageTime } from '../../../operator/sources/last-message-time.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createLines } from '../receivers/lines.ts';

function setUp(fails = false) {
  const clock = createManualClock();
  const written: string[] = [];
  const client = {
    async request({ body, path }: KubeRequest) {
      expect(path).toBe('/apis/sluice.dev/v1alpha1/namespaces/apps/brokerreceivers/ecr/status');
      written.push((body as { status: { lastMessageTime: string } }).status.lastMessageTime);
      if (fails) throw new Error('the API server is away');
      return {};
    },
  } as unknown as KubeClient;
  const type = { apiVersion: 'sluice.dev/v1alpha1', plural: 'brokerreceivers', namespaced: true };
  const time = createLastMessageTime({ client, type, namespace: 'apps', name: 'ecr', clock, log: createLines().log });
  return { clock, written, time };
}

it('is written at once, then at most once a minute, and the last of a burst too', async () => {
  const { clock, written, time } = setUp();
  for (let second = 0; second < 150; second += 1) {
    time.received();
    await clock.advance(1_000);
  }
  await clock.advance(600_000);
  expect(written).toEqual([
    '2026-01-02T15:04:05Z',
    '2026-01-02T15:05:04Z',
    '2026-01-02T15:06:04Z',
    '2026-01-02T15:06:34Z',
  ]);
});

it('is nobody else’s fault: an API server that is away, and the end', async () => {
  const { clock, written, time } = setUp(true);
  time.received();
  await clock.advance(0);
  time.received();
  time.stop();
  await clock.advance(600_000);
  expect(written).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});
