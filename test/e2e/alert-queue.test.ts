// A queue that is full: who sends events is answered all the same, and who kills the operator loses only what was queued.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AlertWorld, createAlertWorld } from '../support/alerts/alert-world.ts';
import type { RecorderAnswer } from '../support/alerts/recorder.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';

const MOST_PENDING_EVENTS = 1_000;
/** Each takes every event. */
const ALERTS = 10;
const SENDERS = 8;
const MEASURED = 100;
const REPEATED = 100;

let alerting: AlertWorld;
const answers: RecorderAnswer[] = [];

beforeAll(async () => {
  alerting = await createAlertWorld(await reusedControlPlane(), {
    args: [`--max-pending-events=${MOST_PENDING_EVENTS}`],
    answers,
  });
  const { recorder } = alerting;
  await alerting.provider('hook', { type: 'generic', address: `http://${recorder.host}/hook`, timeout: '10m' });
  const spec = { providerRef: { name: 'hook' }, eventSources: [{ kind: 'Kustomization', name: '*' }] };
  for (let index = 0; index < ALERTS; index++) await alerting.alert(`all-${index}`, spec);
  await waitFor('every Alert is known', async () => {
    const message = `probe ${Date.now()}`;
    await alerting.post({ name: 'probe', message });
    await waitFor('nothing is queued', async () => (await metric('sluice_notifications_queue_length')) === 0);
    return alerting.messagesAt('/hook').filter((each) => each === message).length === ALERTS;
  });
});
afterAll(() => alerting?.end());

async function metric(name: string): Promise<number> {
  const text = await (await fetch(alerting.world.operator.metricsUrl)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

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
  expect(await flood(0, MOST_PENDING_EVENTS)).toEqual({ 202: MOST_PENDING_EVENTS });
  const seconds: number[] = [];
  for (let index = 0; index < MEASURED; index++) {
    const startedMs = performance.now();
    expect(await alerting.post({ name: 'late', message: `late ${index}` })).toBe(202);
    seconds.push(performance.now() - startedMs);
  }
  seconds.sort((one, other) => one - other);
  const at = (share: number) => seconds[Math.floor(MEASURED * share)]?.toFixed(1);
  const queued = await metric('sluice_notifications_queue_length');
  process.stdout.write(`answers with ${queued} notifications queued: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`);
  // What is being sent made room too, and is not broken off.
  expect(queued).toBeGreaterThanOrEqual(MOST_PENDING_EVENTS * ALERTS);
  expect(await metric('sluice_alert_events_total{result="dropped"}')).toBe(MEASURED);
});

it('takes again what its senders repeat after it was killed', async () => {
  answers.pop();
  await alerting.world.operator.stop('SIGKILL');
  const before = alerting.messagesAt('/hook').length;
  await alerting.world.restart();
  await waitFor('the first is taken', async () => (await alerting.post({ name: 'app-0', message: 'event 0' })) === 202);
  expect(await flood(1, REPEATED)).toEqual({ 202: REPEATED - 1 });
  const repeated = () => new Set(alerting.messagesAt('/hook').slice(before));
  await waitFor('all are delivered', () => repeated().size === REPEATED);
  expect(await alerting.post({ name: 'app-1', message: 'event 1' })).toBe(429);
});
