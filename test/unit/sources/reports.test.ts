/** What is reported of messages, and that nothing of their content is. */
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createSampledLog } from '../../../operator/observe/sampled-log.ts';
import { createSourceMetrics } from '../../../operator/sources/metrics.ts';
import { createSourceReports } from '../../../operator/sources/reports.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createLines } from '../receivers/lines.ts';
import { memoryMessage } from './memory-source.ts';

function setUp() {
  const clock = createManualClock();
  const registry = new Registry();
  const { log, lines } = createLines();
  const events: string[] = [];
  const reports = createSourceReports({
    labels: { type: 'sqs', namespace: 'apps', name: 'ecr' },
    regarding: { apiVersion: 'sluice.dev/v1alpha1', kind: 'BrokerReceiver', namespace: 'apps', name: 'ecr' },
    metrics: createSourceMetrics({ registry, perObject: false, samples: () => [] }),
    events: { record: (_regarding, { type, reason, note }) => void events.push(`${type} ${reason} ${note}`) },
    log,
    sampled: createSampledLog(log, { clock }),
    clock,
  });
  return { clock, registry, lines, events, reports };
}

const message = (id: string) => memoryMessage({ id, body: Buffer.from('secret-content') }, []);
const missing = { outcome: 'failing', code: 'TargetNotFound', message: 'Bucket/apps/a: not found' } as const;

it('has at most one Event of rejections a minute, with their number', async () => {
  const { clock, events, reports } = setUp();
  reports.rejected(message('a'), 6, missing);
  for (const id of ['b', 'c'])
    reports.rejected(message(id), 1, { outcome: 'poison', code: 'TooDeep', message: 'too deep' });
  expect(events).toEqual(['Warning MessageRejected message a rejected: TargetNotFound: Bucket/apps/a: not found']);
  await clock.advance(60_000);
  expect(events.slice(1)).toEqual([
    'Warning MessageRejected message c rejected: TooDeep: too deep (2 in the last minute)',
  ]);
  await clock.advance(600_000);
  expect(events).toHaveLength(2);
  expect(clock.pendingTimers).toBe(0);
});

it('says nothing of what a message holds, whatever a filter or a sender made of it', () => {
  const { events, lines, reports } = setUp();
  reports.rejected(message('a\n\u0007ü'.repeat(100)), 1, {
    outcome: 'poison',
    code: 'FilterFailed',
    message: 'no such key secret-content',
  });
  reports.callFailed('unexpected', Object.assign(new TypeError('secret-content'), { code: 'E_A' }));
  const all = JSON.stringify([events, lines]);
  expect(all).not.toContain('secret-content');
  expect(all).toContain('a filter failed while it ran');
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'a client failed unexpectedly', error: 'TypeError E_A' }),
  );
  expect(events[0]).toMatch(/^Warning MessageRejected message [\x20-\x7e]{128} rejected/);
});

it.each(['ContentTypeUnsupported', 'TokenRejected', 'PayloadInvalid', 'VerificationFailed'])(
  'says of %s what it means, and nothing that a sender chose',
  (code) => {
    const { events, lines, reports } = setUp();
    reports.rejected(message('a'), 1, { outcome: 'poison', code, message: 'about secret-content' });
    expect(JSON.stringify([events, lines])).not.toContain('secret-content');
    expect(events[0]).toMatch(new RegExp(`rejected: ${code}: .{10}`));
  },
);

it('has one line a second of each cause', async () => {
  const { clock, lines, reports } = setUp();
  for (let count = 0; count < 100; count += 1) {
    reports.failing(message('a'), 1, missing, 1_000);
    reports.away(message('a'), { outcome: 'away', code: 'ApiServerAway', message: 'no answer' });
  }
  await clock.advance(1_000);
  reports.failing(message('a'), 2, missing, 5_000);
  expect(lines.map(({ msg, suppressed }) => [msg, suppressed])).toEqual([
    ['message not done: it is tried again', undefined],
    ['message held: what it needs cannot be reached', undefined],
    ['message not done: it is tried again', 99],
  ]);
});

it('has an Event of a subscription that waits for its confirmation', () => {
  const { events, reports } = setUp();
  reports.handshake({
    kind: 'sns-subscription',
    topicArn: 'arn:aws:sns:eu-west-1:1:t',
    subscribeUrl: 'https://secret',
  });
  reports.handshake({ kind: 's3-test', bucket: 'b' });
  expect(events).toHaveLength(1);
  expect(events[0]).toMatch(/^Warning SubscriptionNotConfirmed .*arn:aws:sns:eu-west-1:1:t/);
  expect(events[0]).not.toContain('https://');
});

it('counts outcomes and failed calls', async () => {
  const { registry, reports } = setUp();
  reports.outcome(message('a'), 'done');
  reports.callFailed('AccessDenied', new Error('no'));
  const text = await registry.metrics();
  expect(text).toContain('sluice_source_messages_total{type="sqs",outcome="done"} 1');
  expect(text).toContain('sluice_source_receive_errors_total{type="sqs",reason="AccessDenied"} 1');
});
