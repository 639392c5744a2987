/** The examples for brokers, filled in as their reader is told, deliver what a controller posts. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Alert } from '../../../operator/api/alert/alert.ts';
import type { Provider } from '../../../operator/api/provider/provider.ts';
import { startPubSub } from '../../../scripts/brokers/pubsub.ts';
import { eventBody } from '../../support/alerts/alert-world.ts';
import { startEventHub } from '../../support/alerts/event-hub.ts';
import { startPipeline } from '../../support/alerts/run-pipeline.ts';
import { waitFor } from '../../support/wait-for.ts';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
});

interface Example {
  readonly provider: Provider;
  readonly alert: Alert;
  readonly secret: { readonly metadata: { readonly name: string }; readonly stringData: Record<string, string> };
}

function exampleOf(type: string): Example {
  const file = new URL(`../../../examples/providers/${type}.yaml`, import.meta.url);
  const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());
  const [provider, alert, secret] = ['Provider', 'Alert', 'Secret'].map((kind) =>
    objects.find((object) => object.kind === kind),
  );
  return { provider, alert, secret };
}

/** Posts an event to an operator that has the example. @param data in place of what the Secret's example has. */
async function deliverBy({ provider, alert, secret }: Example, data: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries({ ...secret.stringData, ...data }).map(([key, value]) => [key, Buffer.from(value)]);
  const pipeline = startPipeline({
    secret: async (_namespace, name) => (name === secret.metadata.name ? Object.fromEntries(entries) : undefined),
  });
  ended.push(() => pipeline.stop());
  const keyOf = ({ metadata: { namespace, name } }: Provider | Alert) => `${namespace}/${name}`;
  await pipeline.reconcileProvider(keyOf(provider), provider);
  await pipeline.reconcileAlert(keyOf(alert), alert);
  const body = eventBody(alert.metadata.namespace, { name: 'ledger', message: 'ready' });
  expect(await pipeline.post(body)).toBe(202);
  await waitFor('the delivery to end', async () => {
    const metric = await pipeline.registry.getSingleMetric('sluice_notifications_queue_length')?.get();
    return metric?.values[0]?.value === 0;
  });
  expect(pipeline.kubernetesEvents).toEqual([]);
}

const delivered = { message: 'ready', involvedObject: { kind: 'Kustomization', name: 'ledger' } };

test('googlepubsub', async () => {
  const pubsub = await startPubSub();
  ended.push(pubsub.stop);
  vi.stubEnv('PUBSUB_EMULATOR_HOST', pubsub.host);
  const example = exampleOf('googlepubsub');
  const { address, channel } = example.provider.spec;
  const topic = `projects/${address}/topics/${channel}`;
  const subscription = `projects/${address}/subscriptions/test`;
  await pubsub.call('PUT', topic, {});
  await pubsub.call('PUT', subscription, { topic });
  await deliverBy(example, {});
  const answer = await pubsub.call('POST', `${subscription}:pull`, { maxMessages: 10 });
  const attributes = { cluster: 'replace-me-with-an-attribute' };
  expect(answer).toMatchObject({ receivedMessages: [{ message: { data: expect.any(String), attributes } }] });
  const { receivedMessages } = answer as { receivedMessages: [{ message: { data: string } }] };
  expect(JSON.parse(Buffer.from(receivedMessages[0].message.data, 'base64').toString())).toMatchObject(delivered);
});

test('azureeventhub', async () => {
  const hub = await startEventHub();
  ended.push(hub.close);
  const example = exampleOf('azureeventhub');
  // As Microsoft's emulator is named: in plain text.
  const address = `${example.secret.stringData.address}`.replace(
    'sb://replace-me.servicebus.windows.net/;',
    `sb://${hub.host};UseDevelopmentEmulator=true;`,
  );
  await deliverBy(example, { address });
  expect(hub.messages.map((message) => message.hub)).toEqual(['replace-me']);
  expect(JSON.parse(hub.messages[0]?.body ?? '')).toMatchObject(delivered);
});
