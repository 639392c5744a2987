/** What is remembered of notifications, from the posted event on: real queues, real requests to a real server. */
import { afterEach, expect, it } from 'vitest';
import { providerTypes } from '../../../operator/alerts/providers/index.ts';
import type { AlertSpec } from '../../../operator/api/alert/alert.ts';
import type { ProviderSpec } from '../../../operator/api/provider/provider.ts';
import { type RecordView, recordView } from '../../../operator/deliveries/records/record-view.ts';
import { type RecorderAnswer, startRecorder } from '../../support/alerts/recorder.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from '../../support/alerts/run-pipeline.ts';
import { bodyOf, objectsOf, type Scenario, scenarios } from '../../support/alerts/scenarios.ts';
import { waitFor } from '../../support/wait-for.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const ALERT = { kind: 'Alert', namespace: 'payments', name: 'ledger-alert' };
const EVENT = bodyOf({ label: '', answer: 202, base: 'info' });

interface Settings extends PipelineOptions {
  readonly answers?: readonly RecorderAnswer[];
  readonly alert?: Partial<AlertSpec>;
  readonly provider?: Partial<ProviderSpec>;
  readonly withoutProvider?: boolean;
}

async function setUp({ answers = [], alert = {}, provider = {}, withoutProvider = false, ...options }: Settings) {
  const recorder = await startRecorder(answers);
  const pipeline = startPipeline(options);
  open.push(recorder, { close: () => pipeline.stop() });
  const generic = scenarios.get('generic') as Scenario;
  const scenario = { ...generic, provider: { ...generic.provider, ...provider }, alertChanges: alert };
  const objects = objectsOf(scenario, recorder.host);
  if (!withoutProvider) await pipeline.reconcileProvider('payments/ledger-provider', objects.provider);
  await pipeline.reconcileAlert('payments/ledger-alert', objects.alert);
  return { pipeline, recorder, ...objects };
}

function viewsOf({ journal }: Pipeline): RecordView[] {
  const records = journal.of(ALERT);
  return records.map((record) => recordView(record, 'pod', journal, records));
}

async function first(pipeline: Pipeline, verdict: string): Promise<RecordView> {
  return await waitFor(`a record that is ${verdict}`, async () =>
    viewsOf(pipeline).find((view) => view.verdict === verdict),
  );
}

const refusing = (status: number): Settings => ({ answers: [{ match: 'POST', status, body: 'an-answer' }] });
const trying = { config: { alertRetryForMs: 3_600_000 } };

it.each<[what: string, settings: Settings, wanted: Partial<RecordView>]>([
  ['sent', {}, { verdict: 'accepted', code: 'Delivered', status: 200, attempts: 1 }],
  ['refused by its service', refusing(400), { verdict: 'refused', code: 'ProviderRefused', status: 400, attempts: 1 }],
  [
    'to be tried again',
    { ...refusing(503), ...trying },
    { verdict: 'pending', code: 'ProviderRefused', status: 503, attempts: 1 },
  ],
  ['given up', refusing(503), { verdict: 'refused', code: 'ProviderRefused', status: 503, attempts: 1 }],
  [
    'for a service that is away',
    { provider: { address: 'http://127.0.0.1:1/hook' } },
    { verdict: 'refused', code: 'ProviderUnreachable', attempts: 1 },
  ],
  [
    'for a Provider that cannot work',
    { provider: { address: 'no address' } },
    { verdict: 'refused', code: 'ProviderInvalid', attempts: 1 },
  ],
  ['for no Provider', { withoutProvider: true }, { type: 'unknown', verdict: 'refused', code: 'ProviderInvalid' }],
  [
    'of another namespace',
    {
      config: { noCrossNamespaceRefs: true },
      alert: { eventSources: [{ kind: 'Kustomization', name: '*', namespace: 'other' }] },
    },
    { involved: 'Kustomization/other/ledger', verdict: 'refused', code: 'SourceForbidden' },
  ],
  [
    'left out by a list',
    { alert: { exclusionList: ['Health'] } },
    { verdict: 'ignored', code: 'EventExcluded', attempts: 0 },
  ],
  [
    'left out by a filter',
    { alert: { filterExpr: 'false' } },
    { verdict: 'ignored', code: 'EventExcluded', attempts: 0 },
  ],
  [
    'for a type that needs a commit',
    { provider: { type: 'github', address: 'https://github.com/a/b' } },
    { type: 'github', verdict: 'ignored', code: 'EventExcluded', attempts: 0 },
  ],
  [
    'for a Provider that is suspended',
    { provider: { suspend: true } },
    { verdict: 'ignored', code: 'AlertSuspended', attempts: 0 },
  ],
])('one record of a notification that is %s', async (_what, settings, wanted) => {
  const { pipeline } = await setUp(settings);
  const event =
    wanted.code === 'SourceForbidden' ? EVENT.replace('"namespace":"payments"', '"namespace":"other"') : EVENT;
  expect(await pipeline.post(event)).toBe(202);
  const record = await first(pipeline, wanted.verdict ?? '');
  expect(record).toMatchObject({
    object: ALERT,
    type: 'generic',
    provider: 'ledger-provider',
    involved: 'Kustomization/payments/ledger',
    event: 'HealthCheckPassed',
    reason: 'HealthCheckPassed',
    severity: 'info',
    bytes: Buffer.byteLength(event),
    ...wanted,
  });
  if (wanted.status === undefined) expect(record).not.toHaveProperty('status');
  expect(viewsOf(pipeline)).toHaveLength(1);
  // Neither what was sent, nor where to, nor what was answered.
  expect(JSON.stringify(pipeline.journal.of(ALERT))).not.toMatch(/check passed|127\.0\.0\.1|github\.com|an-answer/i);
});

it('is updated by each attempt, to its end', async () => {
  const answers: RecorderAnswer[] = [{ match: 'POST', status: 503, body: '' }];
  const { pipeline, provider } = await setUp({ answers, ...trying });
  await pipeline.post(EVENT);
  const pending = await first(pipeline, 'pending');
  await pipeline.reconcileProvider('payments/ledger-provider', {
    ...provider,
    spec: { ...provider.spec, timeout: '9s' },
  });
  await waitFor('another attempt has failed', async () => viewsOf(pipeline)[0]?.attempts === 2);
  answers.length = 0;
  await pipeline.reconcileProvider('payments/ledger-provider', provider);
  const accepted = await first(pipeline, 'accepted');
  expect(accepted).toMatchObject({ id: pending.id, code: 'Delivered', status: 200, attempts: 3 });
  expect(viewsOf(pipeline)).toHaveLength(1);
});

it('is refused where the process ends before it is sent', async () => {
  const { pipeline } = await setUp({ ...refusing(503), ...trying });
  await pipeline.post(EVENT);
  await first(pipeline, 'pending');
  expect(await pipeline.flush(0)).toBe(1);
  expect(viewsOf(pipeline)).toEqual([expect.objectContaining({ verdict: 'refused', code: 'ProviderRefused' })]);
});

it('is refused where it makes room for others while it waits', async () => {
  const { pipeline } = await setUp({ ...refusing(503), config: { alertRetryForMs: 3_600_000, maxPendingEvents: 1 } });
  await pipeline.post(EVENT);
  await first(pipeline, 'pending');
  await pipeline.post(EVENT.replace('passed in', 'passed again in'));
  await first(pipeline, 'refused');
  expect(viewsOf(pipeline).find(({ verdict }) => verdict === 'refused')?.code).toBe('NotificationsFull');
});

it('shows nothing of a controller’s own updates of commit statuses', async () => {
  const { pipeline } = await setUp({ provider: { type: 'slack' } });
  expect(providerTypes.get('slack')?.purpose).toBeUndefined();
  const update = JSON.parse(EVENT);
  update.metadata = { 'kustomize.toolkit.fluxcd.io/commit_status': 'update' };
  await pipeline.post(JSON.stringify(update));
  await pipeline.flush(10_000);
  expect(viewsOf(pipeline)).toEqual([]);
});
