// What a refused request costs: no body where its head decides, no call to the API server, and no line in the log each.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reusedControlPlane } from '../support/control-plane.ts';
import { createHttpGate, type HttpGate } from '../support/http-gate.ts';
import { rawRequest, statusOf } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const TIMES = 300;
const BODY_BYTES = 2_000_000;
const JSON_TYPE = 'Content-Type: application/json';
const SIGNATURE = `sha256=${'0'.repeat(64)}`;

let gate: HttpGate;
let world: World;
let folder: string;
const paths = new Map<string, string>();
const withToken = ['github', 'gitlab', 'bitbucket', 'harbor', 'generic-hmac', 'nexus', 'gcr', 'cdevents'];
const repo = { kind: 'GitRepository', name: 'a' };

/** Everything that the operator asks passes the gate, which counts. */
beforeAll(async () => {
  const controlPlane = await reusedControlPlane();
  gate = await createHttpGate(controlPlane.adminKubeconfig);
  folder = await mkdtemp(join(tmpdir(), 'sluice-gate-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    clusters: [{ name: 'gate', cluster: { server: gate.url } }],
    users: [{ name: 'gate', user: { token: 'none' } }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate' } }],
    'current-context': 'gate',
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const namespace = `t-${randomUUID().slice(0, 8)}`;
  const args = ['--shutdown-delay=0s', '--watch-all-namespaces=false'];
  world = await createWorld(controlPlane, { namespace, kubeconfig, args, env: { RUNTIME_NAMESPACE: namespace } });
  await world.secret('token', { token: TOKEN, email: 'a@example.com', audience: 'a' });
  await world.target('GitRepository', 'a');
  const oidcProviders = [
    { issuerURL: 'https://issuer.invalid', validations: [{ expression: 'claims.sub == "x"', message: 'm' }] },
  ];
  for (const type of withToken) {
    await world.receiver(type, { type, events: ['push'], secretRef: { name: 'token' }, resources: [repo] });
  }
  await world.receiver('generic-oidc', { type: 'generic-oidc', oidcProviders, resources: [repo] });
  for (const type of [...withToken, 'generic-oidc']) paths.set(type, await world.ready(type));
  await waitFor('the Event of each Receiver that is ready', async () => {
    return gate.seen.filter((call) => call.startsWith('POST ') && call.endsWith('/events')).length >= paths.size;
  });
});

afterAll(async () => {
  await world?.end();
  await gate?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

const decidedByTheHead: readonly [name: string, type: string, headers: readonly string[], status: number][] = [
  ['an unknown path', 'nobody', [JSON_TYPE], 404],
  ['github without a signature', 'github', [JSON_TYPE, 'X-GitHub-Event: push'], 400],
  ['github with half a signature', 'github', [JSON_TYPE, 'X-GitHub-Event: push', 'X-Hub-Signature: sha1'], 400],
  [
    'github with an event that is not listed',
    'github',
    [JSON_TYPE, 'X-GitHub-Event: star', `X-Hub-Signature-256: ${SIGNATURE}`],
    400,
  ],
  ['github without an event', 'github', [JSON_TYPE, `X-Hub-Signature-256: ${SIGNATURE}`], 400],
  ['gitlab without a token', 'gitlab', ['X-Gitlab-Event: push'], 400],
  ['gitlab with a wrong token', 'gitlab', ['X-Gitlab-Event: push', 'X-Gitlab-Token: guessed'], 400],
  ['gitlab with an event that is not listed', 'gitlab', ['X-Gitlab-Event: x', `X-Gitlab-Token: ${TOKEN}`], 400],
  [
    'bitbucket with an event that is not listed',
    'bitbucket',
    [JSON_TYPE, 'X-Event-Key: x', `X-Hub-Signature: ${SIGNATURE}`],
    400,
  ],
  ['harbor with a wrong token', 'harbor', ['Authorization: guessed'], 400],
  ['generic-hmac with a signature of the wrong length', 'generic-hmac', ['X-Signature: sha256=00'], 400],
  ['nexus without a signature', 'nexus', [JSON_TYPE], 400],
  ['gcr without an ID token', 'gcr', [JSON_TYPE], 400],
  ['generic-oidc without an ID token', 'generic-oidc', [JSON_TYPE], 400],
  ['cdevents with an event that is not listed', 'cdevents', [JSON_TYPE, 'Ce-Type: x'], 400],
];

function head(type: string, headers: readonly string[]): string {
  const path = paths.get(type) ?? '/hook/unknown';
  return `${[`POST ${path} HTTP/1.1`, 'Host: hooks', `Content-Length: ${BODY_BYTES}`, ...headers].join('\r\n')}\r\n\r\n`;
}

describe('before its body, of which not a byte is ever sent, is refused', () => {
  it.each(decidedByTheHead)('%s', async (_name, type, headers, status) => {
    const answer = await rawRequest(world.operator.url, [head(type, headers)]);
    expect(statusOf(answer)).toBe(status);
    expect(answer).toContain('Content-Length: 0');
  });
});

const SAID = /^PATCH .*\/receivers\/[^/]+\/status$|^(?:POST|PATCH) .*\/events(?:\/|$)/;

/**
 * What the operator has asked since, but for what it asks whatever is sent: watches begin anew after some minutes, and
 * it waits for the CRDs of the Gateway API. What it says of deliveries, in statuses and Events, is counted by
 * delivery-status.test.ts: it is written at most once an interval, however many there are.
 */
function callsSince(count: number): string[] {
  return gate.seen
    .slice(count)
    .filter((call) => !(call.startsWith('WATCH ') || call.includes('/gateway.networking.k8s.io/') || SAID.test(call)));
}

/** Of all series with that result. */
async function counted(result: string): Promise<number> {
  const text = await (await fetch(world.operator.metricsUrl)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('sluice_webhooks_total{'));
  return lines
    .filter((line) => line.includes(`result="${result}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe(`${TIMES} requests that are refused`, () => {
  const forged = signed({ a: 1 }, 'push', 'guessed');
  const kinds: readonly [name: string, code: string, send: () => ReturnType<World['post']>, status: number][] = [
    ['for their path', 'PathUnknown', () => world.post(`/hook/${randomUUID()}`, forged), 404],
    ['for their method', 'MethodNotAllowed', () => world.post(paths.get('github') ?? '', { method: 'DELETE' }), 405],
    ['for a forged signature', 'SignatureMismatch', () => world.post(paths.get('github') ?? '', forged), 400],
    [
      'for a guessed token',
      'TokenMismatch',
      () => world.post(paths.get('harbor') ?? '', { headers: { authorization: randomUUID() }, body: '{}' }),
      400,
    ],
    [
      'for an ID token that is none',
      'SignatureMalformed',
      () => world.post(paths.get('generic-oidc') ?? '', { headers: { authorization: 'Bearer a.b.c' }, body: '{}' }),
      400,
    ],
  ];

  it.each(kinds)(
    '%s cost no call to the API server, few lines, and are all counted',
    async (_name, code, send, status) => {
      const [callsBefore, linesBefore, countBefore] = [
        gate.seen.length,
        (await world.log()).length,
        await counted(code),
      ];
      for (let time = 0; time < TIMES; time++) expect((await send()).status).toBe(status);
      expect(callsSince(callsBefore)).toEqual([]);
      const lines = (await world.log()).slice(linesBefore);
      expect(lines.length).toBeLessThan(TIMES / 10);
      expect((await counted(code)) - countBefore).toBe(TIMES);
      const text = JSON.stringify(lines);
      for (const secret of [TOKEN, 'guessed', '/hook/']) expect(text).not.toContain(secret);
    },
  );

  it('leave the way free for a genuine one, which costs one call', async () => {
    const before = gate.seen.length;
    expect((await world.post(paths.get('github') ?? '', signed({ a: 2 }))).status).toBe(200);
    expect(callsSince(before)).toEqual([expect.stringMatching(/^PATCH .*\/gitrepositories\/a$/)]);
  });
});
