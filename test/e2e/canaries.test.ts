// Whatever is secret stays so: canaries in every place of a webhook and of a notification, looked for wherever people can read.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import { type AlertWorld, createAlertWorld } from '../support/alerts/alert-world.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { deliveriesOf } from '../support/deliveries-of.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, signed } from '../support/world.ts';

/** No part of one is a part of another. */
const canary = (name: string) => `canary-${name}-${crypto.randomUUID()}`;
const TOKEN = canary('token');
const PREVIOUS = canary('previous');
const IN_HEADERS = { cookie: canary('cookie'), authorization: canary('authorization'), other: canary('header') };
const HEADERS = {
  cookie: `session=${IN_HEADERS.cookie}`,
  authorization: `Bearer ${IN_HEADERS.authorization}`,
  'x-api-key': IN_HEADERS.other,
};
const QUERY = canary('query');
const UNKNOWN_PATH = canary('path');
const IN_BODY = { key: canary('body-key'), variable: canary('variable'), query: canary('body-query') };
const REFUSED_BODY = canary('refused-body');
const PROVIDER_TOKEN = canary('provider-token');
const ADDRESS = canary('address');
const MESSAGE = canary('message');
const ANSWER = canary('answer');

let alerting: AlertWorld;
let folder: string;
let peersUrl: string;
let peerToken: string;

beforeAll(async () => {
  const controlPlane = await reusedControlPlane();
  folder = await mkdtemp(join(tmpdir(), 'sluice-canaries-'));
  const port = await freePort();
  peersUrl = `http://127.0.0.1:${port}/internal/v1`;
  const file = join(folder, 'token');
  const args = [
    `--peers-addr=127.0.0.1:${port}`,
    `--peers-token-file=${file}`,
    '--log-level=debug',
    '--metrics-per-object',
    '--delivery-status-interval=1s',
  ];
  await writeFile(file, 'comes later');
  alerting = await createAlertWorld(controlPlane, { args, answers: [{ match: 'POST', status: 400, body: ANSWER }] });
  const { code, stdout, stderr } = await controlPlane.kubectl([
    '-n',
    'flux-system',
    'create',
    'token',
    'sluice',
    '--audience=sluice',
  ]);
  if (code !== 0) throw new Error(stderr);
  peerToken = stdout.trim();
  await writeFile(file, peerToken);
});

afterAll(async () => {
  await alerting?.end();
  await rm(folder, { recursive: true, force: true });
});

/** Sends everything that a sender can. @returns the paths and the signatures, which are secret too. */
async function sendAll(): Promise<readonly string[]> {
  const { world } = alerting;
  await world.secret('hook', { token: TOKEN, previousToken: PREVIOUS });
  await world.target('GitRepository', 'app');
  await world.receiver('web', {
    type: 'github',
    secretRef: { name: 'hook' },
    resources: [{ kind: 'GitRepository', name: 'app' }],
    deliveries: { keepBodies: 5 },
  });
  const path = await world.ready('web');
  const payload = {
    ref: 'refs/heads/main',
    access_token: IN_BODY.key,
    variables: [{ key: 'a', value: IN_BODY.variable }],
    url: `https://user:${IN_BODY.query}@example.com/a?b=${IN_BODY.query}`,
    note: `it holds ${TOKEN} and ${PREVIOUS}`,
  };
  const genuine = [signed(payload, 'push', TOKEN), signed(payload, 'push', PREVIOUS)];
  const forged = Array.from({ length: 3 }, () => signed({ ref: REFUSED_BODY }, 'push', 'guessed'));
  for (const [webhook, status] of [
    ...genuine.map((each) => [each, 200] as const),
    ...forged.map((each) => [each, 400] as const),
  ]) {
    const headers = { ...webhook.headers, ...HEADERS };
    expect((await world.post(`${path}?a=${QUERY}`, { ...webhook, headers })).status).toBe(status);
  }
  expect((await world.post(`/hook/${UNKNOWN_PATH}`, { headers: HEADERS, body: REFUSED_BODY })).status).toBe(404);
  const signatures = [...genuine, ...forged].map(({ headers }) => String(Object.values(headers ?? {}).at(-1)));
  return [path, ...signatures.map((signature) => signature.replace('sha256=', ''))];
}

async function notifyOnce(): Promise<void> {
  const { world, recorder } = alerting;
  await world.secret('chat', { token: PROVIDER_TOKEN, address: `http://${recorder.host}/${ADDRESS}` });
  await alerting.provider('chat', { type: 'generic', secretRef: { name: 'chat' } });
  await alerting.alert('all', { providerRef: { name: 'chat' }, eventSources: [{ kind: 'Kustomization', name: '*' }] });
  await waitFor('a notification is remembered', async () => {
    await alerting.post({ name: 'app', message: `${MESSAGE} ${Date.now()}` });
    return (await deliveriesOf(world, 'alerts', 'all')).length > 0;
  });
}

/** What the API tells of everything that there is, its live stream included. */
async function apiTexts(stream: string): Promise<string> {
  const { operator, namespace } = alerting.world;
  const texts = [stream];
  const read = async (route: string) => {
    const response = await fetch(`${operator.pageUrl}/api/v1${route}`);
    expect([route, response.status]).toEqual([route, 200]);
    texts.push(await response.text());
  };
  for (const [plural, name] of [
    ['receivers', 'web'],
    ['alerts', 'all'],
  ] as const) {
    await read(`/${plural}/${namespace}/${name}/deliveries`);
    for (const { id, body } of await deliveriesOf(alerting.world, plural, name)) {
      await read(`/${plural}/${namespace}/${name}/deliveries/${id}`);
      if (body === 'kept') await read(`/${plural}/${namespace}/${name}/deliveries/${id}/payload`);
    }
  }
  await read('/unknown');
  return texts.join('\n');
}

/** What replicas tell each other, by every route. */
async function peersText(): Promise<string> {
  const object = `Receiver/${alerting.world.namespace}/web`;
  const texts = ['deliveries', 'unknown', `bodies?object=${object}`, 'hours'].map(async (route) => {
    const response = await waitFor('the peer answers', async () => {
      const answer = await fetch(`${peersUrl}/${route}`, { headers: { authorization: `Bearer ${peerToken}` } });
      return answer.status === 200 && answer;
    });
    return response.text();
  });
  return (await Promise.all(texts)).join('\n');
}

/** What comes by the stream until it is aborted. */
async function readStream(signal: AbortSignal, onText: (text: string) => void): Promise<void> {
  const response = await fetch(`${alerting.world.operator.pageUrl}/api/v1/stream`, { signal });
  expect(response.status).toBe(200);
  const reading = (async () => {
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) onText(text);
  })();
  reading.catch(() => undefined);
}

it('no canary is in the API, a status, an Event, the log, a metric, or what peers are told', async () => {
  const { world } = alerting;
  const ending = new AbortController();
  let stream = '';
  await readStream(ending.signal, (text) => {
    stream += text;
  });
  const [path = '', ...signatures] = await sendAll();
  await notifyOnce();
  await waitFor('bodies are kept', async () => {
    const all = await deliveriesOf(world, 'receivers', 'web');
    return all.filter(({ body }) => body === 'kept').length === 2;
  });
  await waitFor('its status says that it is refused', async () => {
    return conditionOf(await world.read('web'), 'Delivering')?.reason === 'Refused';
  });
  await waitFor(
    'the stream has them all',
    () => stream.includes('SignatureMismatch') && stream.includes('ProviderRefused'),
  );
  ending.abort();
  const metrics = await (await fetch(world.operator.metricsUrl)).text();
  const places = {
    api: await apiTexts(stream),
    peers: await peersText(),
    metrics,
    log: JSON.stringify(await world.log()),
    events: JSON.stringify([await world.events('web'), await world.events('all')]),
    status: JSON.stringify((await world.read('web')).status),
  };
  // Each place has something to tell, and the kept bodies are among it.
  for (const place of [places.api, places.peers]) expect(place).toContain('[redacted]');
  for (const place of [places.api, places.peers, places.metrics, places.log, places.events, places.status]) {
    expect(place).toContain('SignatureMismatch');
  }
  const everywhere = [
    ...[TOKEN, PREVIOUS, QUERY, UNKNOWN_PATH, REFUSED_BODY, PROVIDER_TOKEN, ADDRESS, peerToken],
    ...[...Object.values(IN_HEADERS), ...Object.values(IN_BODY), ...signatures],
  ];
  const found = Object.entries(places).flatMap(([name, text]) =>
    [
      ...everywhere,
      // A status has the path, for whoever enters it at the sender.
      ...(name === 'status' ? [] : [path]),
      // Logs have the text of an event, and with an Event what a service said of a failure, as Flux's have.
      ...(name === 'log' || name === 'events' ? [] : [MESSAGE, ANSWER]),
    ].flatMap((secret) => (text.includes(secret) ? [`${name}: ${secret}`] : [])),
  );
  expect(found).toEqual([]);
});
