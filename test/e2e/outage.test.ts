// The API server goes away and comes back: what was answered 200 or 202 reaches its target, and nothing blocks.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { kubeconfigThrough } from '../support/kubeconfig-through.ts';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

let controlPlane: ControlPlane;
/** Before the API server, which is away at once when this refuses, and back at once. */
let proxy: TcpProxy;
/** Of the operator's ServiceAccount, through the proxy. */
let throughProxy: string;
const worlds: World[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  await installChart(controlPlane);
  proxy = await createTcpProxy(controlPlane.url);
  throughProxy = await kubeconfigThrough(proxy, controlPlane);
});
afterEach(async () => {
  await proxy.restore();
  for (const world of worlds.splice(0)) await world.end();
});
afterAll(async () => {
  await proxy?.stop();
  await controlPlane?.stop();
});

async function worldWith(options: { args?: readonly string[]; kubeconfig?: string } = {}): Promise<World> {
  const { args = [], ...kubeconfig } = options;
  const world = await createWorld(controlPlane, { args: ['--shutdown-delay=0s', ...args], ...kubeconfig });
  worlds.push(world);
  await world.secret('token', { token: TOKEN });
  for (const name of ['a', 'b']) await world.target('GitRepository', name, { labels: { app: name } });
  return world;
}

async function receiver(world: World, name: string, more: object): Promise<string> {
  await world.receiver(name, { type: 'github', events: ['push'], secretRef: { name: 'token' }, ...more });
  return await world.ready(name);
}

const repo = (name: string, more: object = {}) => ({ kind: 'GitRepository', name, ...more });

async function metric(world: World, name: string): Promise<number> {
  const text = await (await fetch(world.operator.metricsUrl)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

/** Waits for some requests of the operator that nobody answers. */
async function noticed(world: World): Promise<void> {
  const unanswered = async (): Promise<number> => {
    const text = await (await fetch(world.operator.metricsUrl)).text();
    const lines = text.split('\n').filter((line) => /^rest_client_requests_total\{.*code="<error>"/.test(line));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const before = await unanswered();
  await waitFor('requests without an answer', async () => (await unanswered()) >= before + 3);
}

describe('while the API server is away', () => {
  it('a genuine push is answered 202 and applied when it is back; a forged one is refused as ever', async () => {
    const world = await worldWith();
    const path = await receiver(world, 'r', { resources: [repo('a')] });
    const byLabel = await receiver(world, 'l', {
      resourceFilter: 'res.metadata.labels.app == req.app',
      resources: [repo('*', { matchLabels: { app: 'b' } })],
    });
    expect((await world.post(byLabel, signed({ app: 'b' }))).status).toBe(200);
    const before = await world.requestedAt('GitRepository', 'b');
    await controlPlane.killApiServer();
    expect((await world.post(path, signed({ n: 1 }))).status).toBe(202);
    expect((await world.post(path, signed({ n: 2 }))).status).toBe(202);
    expect((await world.post(byLabel, signed({ app: 'b' }))).status).toBe(202);
    expect((await world.post(byLabel, signed({ app: 'nobody' }))).status).toBe(200);
    expect((await world.post(path, signed({}, 'push', 'guessed'))).status).toBe(400);
    expect((await world.post('/hook/unknown')).status).toBe(404);
    expect(await metric(world, 'sluice_notifications_pending')).toBe(2);
    expect((await world.log()).map((line) => line.msg)).toContain(
      'API server cannot be reached: notifications are kept pending until it answers',
    );
    await controlPlane.startApiServer();
    await waitFor('a annotated', async () => (await world.requestedAt('GitRepository', 'a')) !== '');
    await waitFor('b annotated again', async () => (await world.requestedAt('GitRepository', 'b')) !== before);
    await waitFor('nothing pending', async () => (await metric(world, 'sluice_notifications_pending')) === 0);
    await waitFor('200 again', async () => (await world.post(path, signed({}))).status === 200);
  });

  it('a full set of pending ones is answered 503', async () => {
    const world = await worldWith({ args: ['--max-pending-notifications=1'], kubeconfig: throughProxy });
    const path = await receiver(world, 'r', { resources: [repo('a')] });
    const other = await receiver(world, 'o', { resources: [repo('b')] });
    await proxy.refuse();
    expect((await world.post(path, signed({}))).status).toBe(202);
    expect((await world.post(other, signed({}))).status).toBe(503);
    expect((await world.post(path, signed({}))).status).toBe(202);
    await proxy.restore();
    await waitFor('a annotated', async () => (await world.requestedAt('GitRepository', 'a')) !== '');
    expect(await world.requestedAt('GitRepository', 'b')).toBe('');
  });

  it('readiness stays, so that replicas go on accepting', async () => {
    const world = await worldWith({ kubeconfig: throughProxy });
    await proxy.refuse();
    await noticed(world);
    expect((await fetch(world.operator.healthUrl('/readyz'))).status).toBe(200);
    expect((await fetch(world.operator.healthUrl('/healthz'))).status).toBe(200);
    await proxy.restore();
  });

  it('SIGTERM waits for what is pending', async () => {
    const world = await worldWith({ kubeconfig: throughProxy });
    const path = await receiver(world, 'r', { resources: [repo('a')] });
    await proxy.refuse();
    expect((await world.post(path, signed({}))).status).toBe(202);
    const ended = world.operator.stop();
    await waitFor('its end to begin', async () =>
      (await world.log()).some(({ msg }) => String(msg).startsWith('ending:')),
    );
    await proxy.restore();
    expect(await ended).toBe(0);
    expect(await world.requestedAt('GitRepository', 'a')).not.toBe('');
  });

  it('a rotation that happened meanwhile is seen when it is back', async () => {
    const world = await worldWith({ kubeconfig: throughProxy });
    const path = await receiver(world, 'r', { resources: [repo('a')] });
    await proxy.refuse();
    await noticed(world);
    await proxy.restore();
    await world.secret('token', { token: 'rotated' });
    await waitFor('another path', async () => (await world.read('r')).status?.webhookPath !== path);
    await waitFor('404', async () => (await world.post(path, signed({}))).status === 404);
  });
});

describe('SIGTERM under load', () => {
  it('loses nothing that was answered 200, and answers what it took', async () => {
    const world = await worldWith({ args: ['--shutdown-delay=500ms'] });
    const path = await receiver(world, 'r', { resources: [repo('a')] });
    let accepted = 0;
    let lastAcceptedAt = '';
    let ending = false;
    const answers = new Set<number>();
    const sender = async (): Promise<void> => {
      for (let i = 0; i < 2_000; i++) {
        const sentAt = new Date().toISOString();
        try {
          const { status } = await world.post(path, signed({ i }));
          answers.add(status);
          if (status === 200) {
            accepted += 1;
            if (sentAt > lastAcceptedAt) lastAcceptedAt = sentAt;
          }
        } catch (error) {
          // Refused connections are the end; a reset while it still serves would be a lost answer.
          if (!ending) throw error;
          return;
        }
      }
    };
    const senders = [1, 2, 3, 4].map(sender);
    await waitFor('some webhooks', () => accepted >= 50);
    ending = true;
    expect(await world.operator.stop()).toBe(0);
    await Promise.all(senders);
    expect(accepted).toBeGreaterThan(0);
    expect([...answers].every((status) => status === 200)).toBe(true);
    expect((await world.requestedAt('GitRepository', 'a')) > lastAcceptedAt).toBe(true);
  });
});
