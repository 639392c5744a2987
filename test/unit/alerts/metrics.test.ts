import { Registry } from 'prom-client';
import { describe, expect, it, test } from 'vitest';
import { type AlertMetrics, createAlertMetrics, type SendResult } from '../../../operator/alerts/metrics.ts';

const PROVIDER = { type: 'slack', namespace: 'payments', name: 'chat' };

function metricsWith(options: { perObject?: boolean; byPath?: boolean } = {}) {
  const registry = new Registry();
  const queue = { length: 0, oldestAgeSeconds: 0 };
  const metrics = createAlertMetrics({ registry, perObject: false, byPath: false, queue: () => queue, ...options });
  return { metrics, queue, shown: (name: string) => samples(registry, name) };
}

/** The series of one metric, without its name. */
async function samples(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.getSingleMetricAsString(name);
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.slice(name.length));
}

test.each<[what: string, metric: string, (metrics: AlertMetrics) => void, string[]]>([
  ['an event that made room', 'alert_events_total', (of) => of.dropped(), ['{result="dropped"} 1']],
  ['events at the end', 'alert_events_total', (of) => of.abandoned(3), ['{result="abandoned"} 3']],
  ['no event at the end', 'alert_events_total', (of) => of.abandoned(0), ['{result="abandoned"} 0']],
  [
    'a request',
    'alert_events_total',
    (of) => of.server.requests.inc({ type: 'event', result: 'taken' }),
    ['{result="taken"} 1'],
  ],
  ['a repetition', 'notifications_retries_total', (of) => of.retried(PROVIDER), ['{type="slack"} 1']],
])('%s is counted', async (_what, metric, count, wanted) => {
  const { metrics, shown } = metricsWith();
  count(metrics);
  expect(await shown(`sluice_${metric}`)).toEqual(wanted);
});

test.each<SendResult>(['delivered', 'failed', 'skipped', 'given_up'])('a notification that is %s', async (result) => {
  const { metrics, shown } = metricsWith();
  metrics.sent(PROVIDER, result);
  expect(await shown('sluice_notifications_sent_total')).toEqual([`{type="slack",result="${result}"} 1`]);
});

it('names Providers only where that is asked for', async () => {
  const { metrics, shown } = metricsWith({ perObject: true });
  metrics.sent(PROVIDER, 'delivered');
  metrics.took(PROVIDER, 0.2);
  const of = 'type="slack",namespace="payments",name="chat"';
  expect(await shown('sluice_notifications_sent_total')).toEqual([`{${of},result="delivered"} 1`]);
  expect(await shown('sluice_notifications_send_duration_seconds')).toContain(`_bucket{le="0.5",${of}} 1`);
});

it('says how long an attempt took', async () => {
  const { metrics, shown } = metricsWith();
  metrics.took(PROVIDER, 0.2);
  const seconds = await shown('sluice_notifications_send_duration_seconds');
  expect(seconds).toContain('_bucket{le="0.1",type="slack"} 0');
  expect(seconds).toContain('_bucket{le="0.5",type="slack"} 1');
});

it('reads the queue when it is asked', async () => {
  const { queue, shown } = metricsWith();
  expect(await shown('sluice_notifications_queue_length')).toEqual([' 0']);
  Object.assign(queue, { length: 7, oldestAgeSeconds: 1.5 });
  expect(await shown('sluice_notifications_queue_length')).toEqual([' 7']);
  expect(await shown('sluice_notifications_age_seconds')).toEqual([' 1.5']);
});

test.each([
  [202, 'taken'],
  [429, 'duplicate'],
])('an answer with status %i is: %s', (status, result) => {
  expect(metricsWith().metrics.server.resultOf(status)).toBe(result);
});

describe('the label handler', () => {
  it('is / for every path', () => {
    const { handler, handlerOf } = metricsWith().metrics.server;
    expect([handler, handlerOf]).toEqual(['/', undefined]);
  });

  it('is the path where that is asked for, as long as there are few and short ones', () => {
    const { handlerOf } = metricsWith({ byPath: true }).metrics.server;
    const label = (path: string) => handlerOf?.(path);
    expect([label('/'), label('/a'), label(`/${'x'.repeat(100)}`)]).toEqual(['/', '/a', 'other']);
    for (let i = 0; i < 98; i++) expect(label(`/path-${i}`)).toBe(`/path-${i}`);
    expect([label('/one-more'), label('/a'), label('/path-97')]).toEqual(['other', '/a', '/path-97']);
  });
});
