// What the log says of events, word for word: people search for Flux's messages.
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { FluxEvent } from '../../../operator/alerts/flux-event.ts';
import { createAlertReports } from '../../../operator/alerts/reports.ts';
import type { Provider } from '../../../operator/api/provider/provider.ts';
import type { EventText } from '../../../operator/kube/events/event-series.ts';
import { eventBody } from '../../support/alerts/alert-world.ts';
import { startPipeline } from '../../support/alerts/run-pipeline.ts';

const metadata = { name: 'hook', namespace: 'team' };

it.each([
  ['github', 'info', 'event dropped for commit status providers due to missing commit metadata key'],
  [
    'githubpullrequestcomment',
    'error',
    'event dropped for change request providers due to missing change request metadata key',
  ],
  ['unheard-of', 'info', 'failed to dispatch notification'],
])('an event for %s without what the type needs is logged', async (type, severity, message) => {
  const pipeline = startPipeline();
  const spec = { type, address: 'https://git.test/acme/ledger' } as Provider['spec'];
  await pipeline.reconcileProvider('team/hook', { metadata, spec });
  const eventSources = [{ kind: 'Kustomization', name: '*' }];
  await pipeline.reconcileAlert('team/all', {
    metadata: { name: 'all', namespace: 'team' },
    spec: { providerRef: { name: 'hook' }, eventSources },
  });
  expect(await pipeline.post(eventBody('team', { name: 'app', message: 'm', severity }))).toBe(202);
  await pipeline.flush(10_000);
  const lines = pipeline.log.filter(({ msg }) => msg !== 'dispatching event');
  expect(lines).toMatchObject([
    {
      msg: message,
      eventInvolvedObject: { kind: 'Kustomization', namespace: 'team', name: 'app' },
      alert: { name: 'all', namespace: 'team', providerName: 'hook' },
    },
  ]);
  await pipeline.stop();
});

const EVENT = { involvedObject: { kind: 'Kustomization', namespace: 'apps', name: 'x' } } as FluxEvent;
const ALERT = { metadata: { name: 'a', namespace: 'apps' }, spec: { providerRef: { name: 'p' }, eventSources: [] } };

function setup() {
  const events: EventText[] = [];
  const log: Record<string, unknown>[] = [];
  const reports = createAlertReports({
    events: { record: (_, event) => void events.push(event), stop: async () => {} },
    log: pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
  });
  return { events, log, reports };
}

it('keys that no annotation may have are in the log alone, so that the Event is written', () => {
  const { events, log, reports } = setup();
  const good = ['revision', 'a.b_c-d', 'example.com/key', 'K', 'a'.repeat(63)];
  const bad = ['', 'a b', 'a/b/c', '-a', 'a-', 'é', 'a'.repeat(64), '/a', 'a/', '_/a'];
  const conflicts = [...good, ...bad].map((key) => ({ key, sources: ['one', 'two'] }));
  reports.conflicts(ALERT, EVENT, conflicts);
  expect(events.map(({ annotations }) => Object.keys(annotations ?? {}))).toEqual([good]);
  expect(events[0]?.annotations?.revision).toBe('one, two');
  expect(log[0]).toMatchObject({ conflictingKeys: conflicts });
});
