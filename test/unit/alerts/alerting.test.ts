// From a posted event to what a service was sent, by the scenarios that were recorded of Flux and by hand.
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../control-plane/certificates.ts';
import { type Recorder, type RecorderAnswer, startRecorder } from '../../support/alerts/recorder.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from '../../support/alerts/run-pipeline.ts';
import { bodyOf, objectsOf, type Scenario, scenarios, withHost } from '../../support/alerts/scenarios.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { waitFor } from '../../support/wait-for.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function recorderOf(answers?: readonly RecorderAnswer[]): Promise<Recorder> {
  const recorder = await startRecorder(answers);
  open.push(recorder);
  return recorder;
}

interface Run {
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly answers: readonly number[];
  readonly scenario: Scenario;
}

/** Posts a scenario's events, and waits until all are done with. */
async function run(name: string, options: PipelineOptions = {}): Promise<Run> {
  const scenario = scenarios.get(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const recorder = await recorderOf(scenario.serverAnswers);
  const { alert, provider } = objectsOf(scenario, recorder.host);
  const pipeline = startPipeline({
    config: { noCrossNamespaceRefs: scenario.flags?.includes('--no-cross-namespace-refs') ?? false },
    secret: async (_, secretName) => secretOf(withHost(scenario.secrets?.[secretName] ?? null, recorder.host)),
    ...options,
  });
  open.push({ close: () => pipeline.stop() });
  await pipeline.reconcileProvider('payments/ledger-provider', provider);
  await pipeline.reconcileAlert('payments/ledger-alert', alert);
  const answers: number[] = [];
  for (const post of scenario.posts) if (post.size === undefined) answers.push(await pipeline.post(bodyOf(post)));
  await waitFor('every event is done with', async () => (await queueLength(pipeline)) === 0);
  return { pipeline, recorder, answers, scenario };
}

async function queueLength({ registry }: Pipeline): Promise<number> {
  const metric = await registry.getSingleMetric('sluice_notifications_queue_length')?.get();
  return metric?.values[0]?.value ?? 0;
}

function secretOf(data: Readonly<Record<string, string>> | null): Record<string, Buffer> | undefined {
  if (data === null) return undefined;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
}

const notes = ({ pipeline }: Run) =>
  pipeline.kubernetesEvents.map((event) => `${event.type} ${event.reason} ${event.note}`);

describe('a recorded scenario', () => {
  it.each(['b-ratelimit', 'b-input', 'b-conflict', 'noxns', 'g-cs-slack', 'g-cs-generic', 'g-psusp'])(
    '%s gets the answers and makes the requests of the original',
    async (name) => {
      const { answers, recorder, scenario } = await run(name);
      const posts = scenario.posts.filter(({ size }) => size === undefined);
      expect(answers).toEqual(posts.map(({ answer }) => answer));
      const wanted = scenario.requests.map(({ body }) => (typeof body === 'string' ? body : (body as object)));
      expect(recorder.requests).toHaveLength(wanted.length);
      for (const [index, body] of wanted.entries()) {
        if (typeof body === 'object') expect(JSON.parse(recorder.requests[index]?.body ?? '')).toEqual(body);
      }
    },
  );

  it.each([
    'noxns',
    'b-nosecret',
    'b-sa',
    'generic-hmac-empty',
    'b-mask',
    'b-labels',
    'ca-half',
    'ca-none',
    'b-noprovider',
  ])('%s is told on the Alert in the words of the original', async (name) => {
    const result = await run(name);
    expect(notes(result)).toEqual(result.scenario.kubernetesEvents);
  });

  it('b-conflict tells which keys several sources have', async () => {
    const { pipeline } = await run('b-conflict');
    expect(pipeline.kubernetesEvents).toEqual([
      {
        type: 'Warning',
        reason: 'MetadataAppendFailed',
        note: 'metadata key conflicts detected (please refer to the Alert API docs and Flux RFC 0008 for more information)',
        annotations: {
          revision:
            'involved object annotations, Alert object .spec.eventMetadata, involved object controller metadata',
          summary: 'involved object annotations, Alert object .spec.eventMetadata, Alert object .spec.summary',
          zone: 'involved object annotations, Alert object .spec.eventMetadata, involved object controller metadata',
        },
      },
    ]);
  });

  it('b-summary-nosev tells each expression that does not compile once, when the Alert changes', async () => {
    const { pipeline, recorder, scenario } = await run('b-summary-nosev');
    expect(recorder.requests).toHaveLength(scenario.requests.length);
    expect(pipeline.kubernetesEvents.map(({ note }) => note)).toEqual([
      'failed to compile inclusion regex: (',
      'failed to compile exclusion regex: [',
    ]);
  });

  it('b-302 is not delivered: a redirect is no answer', async () => {
    const { recorder, pipeline } = await run('b-302');
    expect(recorder.requests).toHaveLength(1);
    expect(pipeline.kubernetesEvents.map(({ note }) => note)).toEqual([
      expect.stringContaining('request failed with status code 302'),
    ]);
  });
});

describe('a failed delivery', () => {
  it('never shows the address or another part of a Secret', async () => {
    const recorder = await recorderOf([{ match: 'POST', status: 400, body: 'no /services/T1/B2/z3 here, tok-secret' }]);
    const scenario = scenarios.get('slack');
    if (scenario === undefined) throw new Error('no scenario');
    const { alert, provider } = objectsOf(
      { ...scenario, provider: { type: 'slack', secretRef: { name: 'creds' } } },
      '',
    );
    const pipeline = startPipeline({
      secret: async () => secretOf({ address: `http://${recorder.host}/services/T1/B2/z3`, token: 'tok-secret' }),
    });
    open.push({ close: () => pipeline.stop() });
    await pipeline.reconcileProvider('payments/ledger-provider', provider);
    await pipeline.reconcileAlert('payments/ledger-alert', alert);
    await pipeline.post(bodyOf({ label: '', answer: 202, base: 'info' }));
    await waitFor('it has failed', () => pipeline.kubernetesEvents.length > 0);
    const told = JSON.stringify([pipeline.kubernetesEvents, pipeline.log, await pipeline.registry.metrics()]);
    expect(told).toContain('request failed with status code 400: no ***** here, *****');
    expect(told).not.toMatch(/T1\/B2|tok-secret/);
  });
});

it('a certificate under an old name is used, with a word in the log, once', async () => {
  const { certificatePem } = await createAuthority('old');
  const recorder = await recorderOf();
  const pipeline = startPipeline({ secret: async () => secretOf({ caFile: certificatePem }) });
  open.push({ close: () => pipeline.stop() });
  const scenario = scenarios.get('generic') as Scenario;
  const certified = { ...scenario, provider: { ...scenario.provider, certSecretRef: { name: 'tls' } } };
  const { alert, provider } = objectsOf(certified, recorder.host);
  await pipeline.reconcileProvider('payments/ledger-provider', provider);
  await pipeline.reconcileAlert('payments/ledger-alert', alert);
  for (const base of ['info', 'error'] as const) await pipeline.post(bodyOf({ label: '', answer: 202, base }));
  await waitFor('both are delivered', () => recorder.requests.length === 2);
  const warnings = pipeline.log.filter(({ msg }) => msg === 'deprecated setting of a Provider');
  expect(warnings).toMatchObject([
    { provider: { name: 'ledger-provider' }, reason: "secret 'payments/tls': 'caFile' is read as 'ca.crt'" },
  ]);
});

describe('a delivery that is tried again', () => {
  it('tells once what is told of each attempt, and is measured each time', async () => {
    const recorder = await recorderOf([{ match: 'POST', status: 503, body: 'x'.repeat(10_000) }]);
    const clock = createManualClock();
    const pipeline = startPipeline({ clock, config: { alertRetryForMs: 6_000 } });
    open.push({ close: () => pipeline.stop() });
    const alertChanges = { eventMetadata: { summary: 'mine' }, summary: 'other', messageExpr: "event['nope'] + ''" };
    const { alert, provider } = objectsOf({ ...(scenarios.get('generic') as Scenario), alertChanges }, recorder.host);
    await pipeline.reconcileProvider('payments/ledger-provider', provider);
    await pipeline.reconcileAlert('payments/ledger-alert', alert);
    await pipeline.post(bodyOf({ label: '', answer: 202, base: 'info' }));
    for (const attempts of [1, 2, 3]) {
      await waitFor('an attempt has failed', async () => {
        await clock.advance(attempts === 1 ? 0 : 250);
        return recorder.requests.length === attempts || (await queueLength(pipeline)) === 0;
      });
    }
    await waitFor('it is given up', async () => {
      await clock.advance(250);
      return (await queueLength(pipeline)) === 0;
    });
    const reasons = pipeline.kubernetesEvents.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'MetadataAppendFailed')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'InvalidConfig')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'NotificationDispatchFailed')).toHaveLength(2);
    const [failure] = pipeline.kubernetesEvents.filter(({ reason }) => reason === 'NotificationDispatchFailed');
    expect(failure?.note.length).toBeLessThan(2_500);
    expect(await pipeline.registry.metrics()).toContain(
      `sluice_notifications_send_duration_seconds_count{type="generic"} ${recorder.requests.length}`,
    );
    const tries = pipeline.log.filter(({ msg }) => String(msg).endsWith('retrying')).length;
    expect(tries).toBe(recorder.requests.length - 1);
  });
});

describe('an event', () => {
  const source = { kind: 'Kustomization', name: '*' };
  const info = bodyOf({ label: '', answer: 202, base: 'info' });

  async function withAlert(spec: object, options: PipelineOptions = {}): Promise<Run> {
    const recorder = await recorderOf();
    const pipeline = startPipeline(options);
    open.push({ close: () => pipeline.stop() });
    const scenario = { ...(scenarios.get('generic') as Scenario), alertChanges: spec };
    const { alert, provider } = objectsOf(scenario, recorder.host);
    await pipeline.reconcileProvider('payments/ledger-provider', provider);
    await pipeline.reconcileAlert('payments/ledger-alert', alert);
    return { pipeline, recorder, answers: [], scenario };
  }

  it('waits, answered, while Alerts are not yet known', async () => {
    let isComplete = false;
    const { pipeline, recorder } = await withAlert({}, { isComplete: () => isComplete });
    expect(await pipeline.post(info)).toBe(202);
    expect(recorder.requests).toEqual([]);
    isComplete = true;
    await waitFor('it is delivered', () => recorder.requests.length === 1);
  });

  it('waits while the labels of its object cannot be read', async () => {
    let attempts = 0;
    const labels = async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('away');
      return { app: 'ledger' };
    };
    const eventSources = [{ ...source, matchLabels: { app: 'ledger' } }];
    const { pipeline, recorder } = await withAlert({ eventSources }, { labels, config: { alertRetryForMs: 60_000 } });
    await pipeline.post(info);
    await waitFor('it is delivered', () => recorder.requests.length === 1);
    expect(attempts).toBe(2);
  });

  it('that waits for labels when the process ends is delivered before it does', async () => {
    const labels = Promise.withResolvers<{ app: string }>();
    const eventSources = [{ ...source, matchLabels: { app: 'ledger' } }];
    const { pipeline, recorder } = await withAlert({ eventSources }, { labels: () => labels.promise });
    await pipeline.post(info);
    const flushed = pipeline.flush(10_000);
    labels.resolve({ app: 'ledger' });
    expect(await flushed).toBe(0);
    expect(recorder.requests).toHaveLength(1);
  });

  it('that nothing is known to match when the process ends is told and counted', async () => {
    const { pipeline } = await withAlert({}, { isComplete: () => false });
    await pipeline.post(info);
    expect(await pipeline.flush(1)).toBe(1);
    expect(pipeline.log.map(({ msg }) => msg)).toContain('event given up: the process ends before it was matched');
    expect(await pipeline.registry.metrics()).toContain('sluice_alert_events_total{result="abandoned"} 1');
  });

  it('of all namespaces is taken only where that is allowed', async () => {
    const eventSources = [{ ...source, namespace: '*' }];
    const refused = await withAlert({ eventSources });
    await refused.pipeline.post(info);
    expect(refused.pipeline.log.map(({ msg }) => msg)).toContain(
      'discarding event, no alerts found for the involved object',
    );
    const allowed = await withAlert({ eventSources }, { config: { alertsAllNamespaces: true } });
    await allowed.pipeline.post(info);
    await waitFor('it is delivered', () => allowed.recorder.requests.length === 1);
  });

  it('is filtered and worded by expressions', async () => {
    const { pipeline, recorder } = await withAlert({
      filterExpr: "event.severity == 'error'",
      messageExpr: "alert.metadata.name + ': ' + event.reason + ' in ' + event.metadata.zone",
    });
    await pipeline.post(info);
    await pipeline.post(bodyOf({ label: '', answer: 202, base: 'error' }));
    await waitFor('the error is delivered', () => recorder.requests.length === 1);
    expect(JSON.parse(recorder.requests[0]?.body ?? '')).toMatchObject({
      severity: 'error',
      message: 'ledger-alert: BuildFailed in eu:north:1',
    });
  });

  it.each([
    [{ filterExpr: 'event.nope.nope' }, /spec\.filterExpr/],
    [{ filterExpr: "'text'" }, /spec\.filterExpr.*must be of type bool/],
    [{ messageExpr: "event.metadata['nope'] + ''" }, /spec\.messageExpr/],
  ])('passes as it is where %j fails', async (spec, note) => {
    const { pipeline, recorder } = await withAlert(spec);
    await pipeline.post(info);
    await waitFor('it is delivered', () => recorder.requests.length === 1);
    expect(JSON.parse(recorder.requests[0]?.body ?? '').message).toBe('Health check passed in 3.1s');
    expect(pipeline.kubernetesEvents.map((event) => event.note)).toEqual([expect.stringMatching(note)]);
  });
});
