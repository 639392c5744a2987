/** Whatever becomes of a notification, nothing of a Secret is shown: in no log, Event, error or metric, for any type. */
import { afterEach, describe, expect, test } from 'vitest';
import { providerTypes } from '../../../operator/alerts/providers/index.ts';
import { eventBody } from '../../support/alerts/alert-world.ts';
import { startEventHub } from '../../support/alerts/event-hub.ts';
import { type Hostility, startHostileService } from '../../support/alerts/hostile-service.ts';
import { startNatsServer } from '../../support/alerts/nats-server.ts';
import { startRecorder } from '../../support/alerts/recorder.ts';
import { type Pipeline, startPipeline } from '../../support/alerts/run-pipeline.ts';
import { standingFor } from '../../support/alerts/run-scenario.ts';
import { scenarios } from '../../support/alerts/scenarios.ts';
import { SECRET_CASES, type SecretCase } from '../../support/alerts/secret-cases.ts';
import { waitFor } from '../../support/wait-for.ts';

const COMMIT = '9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12';
/** Whatever the type makes of them. */
const EVERY_SECRET = {
  token: 'canary-token',
  username: 'canary-user',
  password: 'canary-password',
  headers: 'Authorization: Custom canary-header-1\nX-Key: "canary-header-2 canary-header-3"\n',
  other: 'canary-other',
};
/** Which no Provider's address changes. */
const HOSTS = ['api.telegram.org', 'pubsub.googleapis.com', 'oauth2.googleapis.com', 'api.bitbucket.org'];
/** What Google and GitHub give before the message is refused. */
const TAKEN = new Map([
  ['/token', '{"access_token":"canary-access-token","expires_in":3600,"token_type":"Bearer"}'],
  ['/canary-base/app/installations/canary-99/access_tokens', '{"token":"canary-installation-token"}'],
]);

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** @returns the origin of a service that takes what it is sent. */
async function startWilling({ service, answers }: SecretCase): Promise<string> {
  if (service === 'nats') {
    const { username, password } = EVERY_SECRET;
    const server = await startNatsServer(`authorization { user: ${username}, password: "${password}" }`);
    ended.push(server.end);
    return `http://${server.host}`;
  }
  if (service === 'event hub') {
    const hub = await startEventHub();
    ended.push(hub.close);
    return `http://${hub.host}`;
  }
  const recorder = await startRecorder(answers);
  ended.push(recorder.close);
  return `http://${recorder.host}`;
}

/** As it is, and as JSON. */
function sayAll(secret: Readonly<Record<string, string>>): string {
  const values = Object.values({ ...EVERY_SECRET, ...secret });
  return `${values.join(' ')} ${JSON.stringify(values)}`;
}

async function startHostile({ service, secret }: SecretCase, hostility: Hostility): Promise<string> {
  if (hostility === 'refusal' && service === 'nats') {
    const server = await startNatsServer('authorization { token: "another" }');
    ended.push(server.end);
    return `http://${server.host}`;
  }
  if (hostility === 'refusal' && service === 'event hub') {
    const hub = await startEventHub({ claimStatus: 401 });
    ended.push(hub.close);
    return `http://${hub.host}`;
  }
  const hostile = await startHostileService(hostility, (origin) => sayAll(secret(origin)), TAKEN);
  ended.push(hostile.close);
  return hostile.origin;
}

interface Try {
  readonly origin: string;
  readonly secret?: Readonly<Record<string, string>>;
  readonly proxy?: Readonly<Record<string, string>>;
  readonly timeout?: string;
}

/** Posts one event, and waits until nothing is to be done about it. @returns all that is shown, and the results. */
async function shown(
  one: SecretCase,
  { origin, secret, proxy, timeout }: Try,
): Promise<{ text: string; results: string }> {
  const secrets: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = {
    canaries: { ...EVERY_SECRET, ...one.secret(origin), ...secret },
    proxy,
  };
  const pipeline = startPipeline({
    httpCaller: standingFor(new Map(HOSTS.map((host) => [host, origin]))),
    secret: async (_namespace, name) => {
      const entries = Object.entries(secrets[name] ?? {});
      return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value)]));
    },
    config: { metricsPerObject: true },
  });
  ended.push(() => pipeline.stop());
  const spec = {
    type: one.type,
    ...scenarioChannel(one.type),
    ...one.spec,
    secretRef: { name: 'canaries' },
    ...(proxy && { proxySecretRef: { name: 'proxy' } }),
    ...(timeout !== undefined && { timeout }),
  };
  await pipeline.reconcileProvider('payments/x', { metadata: { namespace: 'payments', name: 'x', uid: 'u-1' }, spec });
  await pipeline.reconcileAlert('payments/x', {
    metadata: { namespace: 'payments', name: 'x', uid: 'u-2' },
    spec: { providerRef: { name: 'x' }, eventSources: [{ kind: 'Kustomization', name: '*' }] },
  });
  const event = JSON.parse(eventBody('payments', { name: 'ledger', message: 'ready', severity: 'error' }));
  const metadata = {
    'event.toolkit.fluxcd.io/commit': COMMIT,
    'event.toolkit.fluxcd.io/change_request': '12',
  };
  expect(await pipeline.post(JSON.stringify({ ...event, metadata }))).toBe(202);
  await waitFor('the delivery to end', async () => {
    const metric = await pipeline.registry.getSingleMetric('sluice_notifications_queue_length')?.get();
    return metric?.values[0]?.value === 0;
  });
  return { text: await allOf(pipeline), results: await resultsOf(pipeline) };
}

function scenarioChannel(type: string): { channel?: string } {
  const channel = scenarios.get(type)?.provider.channel;
  return channel === undefined ? {} : { channel };
}

async function allOf({ log, kubernetesEvents, registry }: Pipeline): Promise<string> {
  return [...[...log, ...kubernetesEvents].map((each) => JSON.stringify(each)), await registry.metrics()].join('\n');
}

async function resultsOf({ registry }: Pipeline): Promise<string> {
  const metric = await registry.getSingleMetric('sluice_notifications_sent_total')?.get();
  return metric?.values.map(({ labels }) => labels.result).join() ?? '';
}

/** Longer ones are no words that stand there for another reason. */
const SHORTEST = 12;

function expectHidden(text: string, one: SecretCase, origin: string): void {
  const values = Object.entries({ ...EVERY_SECRET, ...one.secret(origin) });
  const secrets = values.flatMap(([key, value]) => [
    value,
    ...value.split(/[\s"]+/),
    Buffer.from(value).toString('base64'),
    Buffer.from(`:${value}`).toString('base64'),
    ...(key === 'address' ? [] : [Buffer.from(`${EVERY_SECRET.username}:${value}`).toString('base64')]),
  ]);
  const found = ['canary', ...secrets.filter(({ length }) => length >= SHORTEST)].filter((each) => text.includes(each));
  expect(found, text).toEqual([]);
}

test('every type has a Secret here', () => {
  expect([...providerTypes.keys()].filter((name) => !SECRET_CASES.some(({ type }) => type === name))).toEqual([]);
});

const named = SECRET_CASES.map((one) => [[one.type, one.how ?? ''].join(' ').trim(), one] as const);
const HOSTILITIES: readonly (readonly [Hostility, timeout: string])[] = [
  ['refusal', '60s'],
  ['no connection', '60s'],
  ['no answer', '50ms'],
  ['bad certificate', '60s'],
];

describe.each(named)('nothing of a Secret is shown by %s', (_name, one) => {
  test('after a success', async () => {
    const origin = await startWilling(one);
    const { text, results } = await shown(one, { origin });
    expect(results, text).toBe('delivered');
    expectHidden(text, one, origin);
  });

  test.each(HOSTILITIES)('after: %s', async (hostility, timeout) => {
    const origin = await startHostile(one, hostility);
    const { text, results } = await shown(one, { origin, timeout });
    expect(results, text).toBe('failed');
    expectHidden(text, one, origin);
  });

  test('of an address that is none', async () => {
    const origin = await startWilling(one);
    const { text, results } = await shown(one, { origin, secret: { address: 'canary://canary-host/canary-path' } });
    expect(results, text).toBe(one.takesAnyAddress === true ? 'delivered' : 'failed');
    expectHidden(text, one, origin);
  });

  test('of headers that are none', async () => {
    const { text, results } = await shown(one, {
      origin: 'http://127.0.0.1:1',
      secret: { headers: 'canary-header: [canary-value' },
    });
    expect(results, text).toBe('failed');
    expectHidden(text, one, 'http://127.0.0.1:1');
  });

  // Only HTTP goes through a proxy.
  if (one.service !== undefined) return;

  test('of a proxy that refuses', async () => {
    const origin = await startHostile(one, 'refusal');
    const { host } = new URL(origin);
    const proxy = { address: `http://${host}`, username: 'canary-proxy-user', password: 'canary-proxy-password' };
    const { text, results } = await shown(one, { origin: 'http://127.0.0.1:1', proxy, timeout: '60s' });
    expect(results, text).toBe('failed');
    expectHidden(text, one, origin);
  });
});
