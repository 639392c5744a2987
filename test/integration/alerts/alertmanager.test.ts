// A real Alertmanager takes what the type alertmanager sends.
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type Alertmanager, findAlertmanager, startAlertmanager } from '../../support/alerts/alertmanager.ts';
import { type Pipeline, startPipeline } from '../../support/alerts/run-pipeline.ts';
import { waitFor } from '../../support/wait-for.ts';

const found = findAlertmanager();
let alertmanager: Alertmanager | undefined;
const pipelines: Pipeline[] = [];

beforeAll(async () => {
  if ('unpacked' in found) alertmanager = await startAlertmanager(found.unpacked);
});
afterAll(async () => {
  await Promise.all(pipelines.map((pipeline) => pipeline.stop()));
  await alertmanager?.stop();
});

const needed = ({ skip }: TestContext): Alertmanager => {
  if (alertmanager === undefined) skip('missing' in found ? found.missing : 'Alertmanager did not start');
  return alertmanager as Alertmanager;
};

interface Event {
  readonly severity: 'info' | 'error';
  readonly reason: string;
  readonly message: string;
}

/** Posts events of one object, one after the other, through a Provider of its own. */
async function send(url: string, name: string, spec: object, events: readonly Event[]): Promise<Pipeline> {
  const pipeline = startPipeline();
  pipelines.push(pipeline);
  const metadata = { namespace: 'apps', name: 'x' };
  await pipeline.reconcileProvider('apps/x', {
    metadata,
    spec: { type: 'alertmanager', address: `${url}/api/v2/alerts`, ...spec },
  });
  await pipeline.reconcileAlert('apps/x', {
    metadata,
    spec: {
      providerRef: { name: 'x' },
      eventSources: [{ kind: 'Kustomization', name: '*' }],
      eventMetadata: { 'team/owner': 'web', summary: 'a summary' },
    },
  });
  for (const event of events) {
    const involvedObject = {
      kind: 'Kustomization',
      namespace: 'apps',
      name,
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    };
    const timestamp = new Date().toISOString();
    expect(await pipeline.post(JSON.stringify({ involvedObject, timestamp, ...event }))).toBe(202);
    await waitFor('it is delivered', async () => {
      const metric = await pipeline.registry.getSingleMetric('sluice_notifications_queue_length')?.get();
      return metric?.values[0]?.value === 0;
    });
  }
  return pipeline;
}

const failed: Event = { severity: 'error', reason: 'BuildFailed', message: 'it failed' };
const passed: Event = { severity: 'info', reason: 'ReconciliationSucceeded', message: 'it passed' };

describe('Alertmanager', () => {
  it('fires what it is sent, with labels that it takes', async (ctx) => {
    const { url, firing } = needed(ctx);
    const pipeline = await send(url, 'plain', {}, [failed]);
    expect(pipeline.kubernetesEvents).toEqual([]);
    const ours = (await firing()).filter(({ labels }) => labels.name === 'plain');
    expect(ours).toMatchObject([
      {
        labels: { alertname: 'FluxKustomizationBuildfailed', severity: 'error', namespace: 'apps' },
        annotations: { message: 'it failed', summary: 'a summary' },
      },
    ]);
  });

  it('resolves what failed when it passes, with channel: resolve', async (ctx) => {
    const { url, firing } = needed(ctx);
    const ours = async () => (await firing()).filter(({ labels }) => labels.name === 'resolved');
    const pipeline = await send(url, 'resolved', { channel: 'resolve' }, [failed]);
    expect(await ours()).toHaveLength(1);
    await send(url, 'resolved', { channel: 'resolve' }, [passed]);
    await waitFor('nothing fires', async () => (await ours()).length === 0);
    expect(pipeline.kubernetesEvents).toEqual([]);
  });
});
