// A queue that is full: who sends events is answered all the same, and who kills the operator loses only what was queued.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AlertWorld, createAlertWorld } from '../support/alerts/alert-world.ts';
import type { RecorderAnswer } from '../support/alerts/recorder.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';

/** The default of --max-pending-events. */
const MOST_PENDING = 10_000;
/** Deliveries of one Provider. */
const MOST_AT_ONCE = 4;
const SENDERS = 8;
const MEASURED = 200;

let alerting: AlertWorld;
const answers: RecorderAnswer[] = [];

beforeAll(async () => {
  alerting = await createAlertWorld(await reusedControlPlane(), { answers });
  const { recorder } = alerting;
  await alerting.provider('hook', { type: 'generic', address: `http://${recorder.host}/hook`, timeout: '10m' });
  await alerting.alert('all', { providerRef: { name: 'hook' }, eventSources: [{ kind: 'Kustomization', name: '*' }] });
  await waitFor('the Alert is known', async () => {
    await alerting.post({ name: 'probe', message: `probe ${Date.now()}` });
    return alerting.messagesAt('/hook').length > 0;
  });
});
afterAll(() => alerting?.end());

async function metric(name: string): Promise<number> {
  const text = await (await fetch(alerting.world.operator.metricsUrl)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

const events = (result: string) => metric(`sluice_alert_events_total{result="${result}"}`);

/** @returns the statuses that came, by how often. */
async function flood(from: number, to: number): Promise<Readonly<Record<string, number>>> {
  const statuses: Record<string, number> = {};
  let next = from;
  const sender = async () => {
    for (let index = next++; index < to; index = next++) {
      const status = await alerting.post({ name: `app-${index % 50}`, message: `event ${index}` });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return statuses;
}

it('answers whoever sends events while the queue is full and the service hangs', async () => {
  answers.push({ match: 'POST', status: 0, body: '' });
  expect(await flood(0, MOST_PENDING)).toEqual({ 202: MOST_PENDING });
  const seconds: number[] = [];
  for (let index = 0; index < MEASURED; index++) {
    const startedMs = performance.now();
    expect(await alerting.post({ name: 'late', message: `late ${index}` })).toBe(202);
    seconds.push(performance.now() - startedMs);
  }
  seconds.sort((one, other) => one - other);
  const at = (share: number) => seconds[Math.floor(MEASURED * share)]?.toFixed(1);
  process.stdout.write(`answers with ${MOST_PENDING} events queued: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`);
  // What is being sent made room too.
  const queued = await metric('sluice_notifications_queue_length');
  expect(queued).toBeGreaterThanOrEqual(MOST_PENDING);
  expect(queued).toBeLessThanOrEqual(MOST_PENDING + MOST_AT_ONCE);
  const [taken, dropped] = [await events('taken'), await events('dropped')];
  const delivered = await metric('sluice_notifications_sent_total{type="generic",result="delivered"}');
  expect(dropped).toBeGreaterThanOrEqual(MEASURED);
  expect(taken - delivered - dropped).toBe(MOST_PENDING);
});

it('takes again what its senders repeat after it was killed', async () => {
  answers.pop();
  await alerting.world.operator.stop('SIGKILL');
  const before = alerting.messagesAt('/hook').length;
  await alerting.world.restart();
  await waitFor('the first is taken', async () => (await alerting.post({ name: 'app-0', message: 'event 0' })) === 202);
  expect(await flood(1, 500)).toEqual({ 202: 499 });
  const repeated = () => new Set(alerting.messagesAt('/hook').slice(before));
  await waitFor('all are delivered', () => repeated().size === 500);
  expect(await alerting.post({ name: 'app-1', message: 'event 1' })).toBe(429);
});
