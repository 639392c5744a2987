// What is taken is delivered: with services, the API server and the operator itself going away.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { type AlertWorld, type AlertWorldOptions, createAlertWorld, eventBody } from '../support/alerts/alert-world.ts';
import type { RecorderAnswer } from '../support/alerts/recorder.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { deliveriesOf } from '../support/deliveries-of.ts';
import { kubeconfigThrough } from '../support/kubeconfig-through.ts';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

let controlPlane: ControlPlane;
/** Before the API server, which is away when this refuses. */
let proxy: TcpProxy;
const worlds: AlertWorld[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  await installChart(controlPlane);
  proxy = await createTcpProxy(controlPlane.url);
});
afterEach(async () => {
  await proxy.restore();
  for (const world of worlds.splice(0)) await world.end();
});
afterAll(async () => {
  await proxy?.stop();
  await controlPlane?.stop();
});

/** With an Alert of everything, whose Provider posts to /hook; its Secret names the address. */
async function start(options: AlertWorldOptions & { readonly withSecret?: boolean } = {}): Promise<AlertWorld> {
  const alerting = await createAlertWorld(controlPlane, options);
  worlds.push(alerting);
  const address = `http://${alerting.recorder.host}/hook`;
  await alerting.world.secret('hook', { address });
  const spec = options.withSecret === true ? { secretRef: { name: 'hook' } } : { address };
  await alerting.provider('hook', { type: 'generic', timeout: '2s', ...spec });
  await alerting.alert('all', { providerRef: { name: 'hook' }, eventSources: [{ kind: 'Kustomization', name: '*' }] });
  await waitFor('the Alert is known', async () => {
    await alerting.post({ name: 'probe', message: `probe ${Date.now()}` });
    return alerting.messagesAt('/hook').length > 0;
  });
  return alerting;
}

const messages = (count: number, of: string) => Array.from({ length: count }, (_, index) => `${of} ${index}`);
const ofEvents = (alerting: AlertWorld) =>
  alerting.messagesAt('/hook').filter((message) => !message.startsWith('probe'));

describe('a service that answers 503', () => {
  it('gets every event once it is back, each object’s in order', async () => {
    const answers: RecorderAnswer[] = [];
    const alerting = await start({ answers });
    answers.push({ match: 'POST', status: 503, body: '' });
    for (const message of messages(10, 'event')) {
      expect(await alerting.post({ name: 'one', message })).toBe(202);
      expect(await alerting.post({ name: `other-${message.slice(-1)}`, message: `other ${message}` })).toBe(202);
    }
    await waitFor('it was tried', () => ofEvents(alerting).length > 3);
    const pending = await waitFor('it is remembered', async () =>
      (await deliveriesOf(alerting.world, 'alerts', 'all')).find(({ verdict }) => verdict === 'pending'),
    );
    expect(pending).toMatchObject({
      type: 'generic',
      provider: 'hook',
      code: 'ProviderRefused',
      status: 503,
      reason: 'HealthCheckPassed',
      severity: 'info',
    });
    const before = alerting.recorder.requests.length;
    answers.pop();
    await waitFor('all are delivered', () => new Set(ofEvents(alerting)).size === 20);
    const delivered = alerting.recorder.requests.slice(before).map(({ body }) => JSON.parse(body).message as string);
    const ofOne = delivered.filter((message) => message.startsWith('event'));
    expect([...new Set(ofOne)]).toEqual(messages(10, 'event'));
    const accepted = await waitFor('it is accepted', async () =>
      (await deliveriesOf(alerting.world, 'alerts', 'all')).find(
        ({ id, verdict }) => id === pending.id && verdict === 'accepted',
      ),
    );
    expect(accepted).toMatchObject({ code: 'Delivered', status: 200 });
    expect(accepted.attempts).toBeGreaterThan(1);
    expect((await alerting.world.events('all')).map(({ reason }) => reason)).toContain('NotificationDispatchFailed');
  });
});

describe('while the API server is away', () => {
  it.each([
    ['without a Secret', false],
    ['with a Secret', true],
  ])('events are taken and delivered, %s', async (_, withSecret) => {
    const kubeconfig = await kubeconfigThrough(proxy, controlPlane);
    const alerting = await start({ withSecret, world: { kubeconfig } });
    await proxy.refuse();
    for (const message of messages(10, 'away')) {
      expect(await alerting.post({ name: message.replace(' ', '-'), message })).toBe(202);
    }
    await waitFor('all are delivered', () => ofEvents(alerting).length === 10);
    await proxy.restore();
    expect(new Set(ofEvents(alerting))).toEqual(new Set(messages(10, 'away')));
  });
});

describe('SIGTERM', () => {
  it('ends the process when what is queued is delivered', async () => {
    const answers: RecorderAnswer[] = [];
    const alerting = await start({ answers });
    answers.push({ match: 'POST', status: 503, body: '' });
    for (const message of messages(20, 'queued')) {
      expect(await alerting.post({ name: message.replace(' ', '-'), message })).toBe(202);
    }
    await waitFor('some were tried', () => ofEvents(alerting).length > 0);
    answers.pop();
    expect(await alerting.world.operator.stop()).toBe(0);
    expect(new Set(ofEvents(alerting))).toEqual(new Set(messages(20, 'queued')));
  });
});

describe('a service that never answers', () => {
  it('delays no other, and gets no more than four connections', async () => {
    const alerting = await start({ answers: [{ match: 'POST /hangs', status: 0, body: '' }] });
    const { host } = alerting.recorder;
    await alerting.provider('hangs', { type: 'generic', address: `http://${host}/hangs`, timeout: '5m' });
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    await alerting.alert('hangs', { providerRef: { name: 'hangs' }, eventSources });
    await waitFor('the Alert is known', async () => {
      await alerting.post({ name: 'probe', message: `probe ${Date.now()}` });
      return alerting.messagesAt('/hangs').length > 0;
    });
    for (const message of messages(100, 'many')) {
      expect(await alerting.post({ name: message.replace(' ', '-'), message })).toBe(202);
    }
    await waitFor('the healthy one has all', () => ofEvents(alerting).length === 100);
    expect(alerting.messagesAt('/hangs').length).toBeLessThanOrEqual(4);
    // Nothing of it is delivered, and the process ends all the same.
    await alerting.world.operator.stop('SIGKILL');
  });
});

describe('a sender of what is no event', () => {
  it('is refused, and costs nobody else anything', async () => {
    const alerting = await start();
    const large = 'x'.repeat(10 * 1024 * 1024);
    const refused = await Promise.allSettled([large, large, '{"message"', '[]'].map((body) => alerting.send(body)));
    const statuses = refused.map((each) => (each.status === 'fulfilled' ? each.value.status : 'closed'));
    // A body over the limit may be cut off while it is still being sent.
    expect(statuses.slice(0, 2).every((status) => status === 413 || status === 'closed')).toBe(true);
    expect(statuses.slice(2)).toEqual([400, 400]);
    expect(await alerting.post({ name: 'after', message: 'after' })).toBe(202);
    await waitFor('the next event is delivered', () => ofEvents(alerting).includes('after'));
  });
});

describe('two replicas', () => {
  it('deliver what each of them is sent, and one goes on when the other is killed', async () => {
    const alerting = await start();
    const port = await freePort();
    const other = await alerting.world.another(['--shutdown-delay=0s', `--events-addr=127.0.0.1:${port}`]);
    const body = eventBody(alerting.world.namespace, { name: 'second', message: 'by the second' });
    await waitFor('the second replica delivers', async () => {
      await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      return ofEvents(alerting).includes('by the second');
    });
    await other.stop('SIGKILL');
    expect(await alerting.post({ name: 'first', message: 'by the first' })).toBe(202);
    await waitFor('the first replica delivers', () => ofEvents(alerting).includes('by the first'));
  });
});
