import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../control-plane/free-port.ts';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import { ApiError } from '../../../../operator/kube/api-error.ts';
import { createEventRecorder, type EventRecorderOptions } from '../../../../operator/kube/events/events.ts';
import type { KubeClient, KubeList, KubeObject } from '../../../../operator/kube/kube-client.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { gated, kubeClientFor, observed } from '../../../support/kube-client-for.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { waitFor } from '../../../support/wait-for.ts';

interface Event extends KubeObject {
  regarding: { name: string };
  reason: string;
  note: string;
  series?: { count: number; lastObservedTime: string };
}

let controlPlane: ControlPlane;
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  client = kubeClientFor(controlPlane.adminKubeconfig);
});

afterAll(() => client.close());

beforeEach(async () => {
  namespace = await freshNamespace(controlPlane);
});

function recorderOn(kubeClient: KubeClient, options: Partial<EventRecorderOptions> = {}) {
  return createEventRecorder({
    client: kubeClient,
    reportingController: 'notification-controller',
    reportingInstance: 'sluice-0',
    log: pino({ level: 'silent' }),
    ...options,
  });
}

function receiver(name: string) {
  const apiVersion = 'notification.toolkit.fluxcd.io/v1';
  return { apiVersion, kind: 'Receiver', namespace, name, uid: `uid-of-${name}`, resourceVersion: '12' };
}

/** All events about Receivers in the namespace. */
async function events(): Promise<Event[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const query = { fieldSelector: 'regarding.kind=Receiver' };
  return (await client.request<KubeList<Event>>({ method: 'GET', path, query })).items ?? [];
}

const fine = { type: 'Normal', reason: 'Succeeded', note: 'Reconciliation finished, next run in 10m0s' } as const;

describe('an event', () => {
  it('is written as kubectl shows it', async () => {
    const recorder = recorderOn(client);
    recorder.record(receiver('github'), fine);
    await recorder.stop();
    const [event] = await events();
    expect(event).toMatchObject({
      ...fine,
      metadata: { name: expect.stringMatching(/^github\.[0-9a-f]+$/), namespace },
      regarding: receiver('github'),
      reportingController: 'notification-controller',
      reportingInstance: 'sluice-0',
      action: 'Reconciling',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    expect(event?.series).toBeUndefined();
    const { stdout } = await controlPlane.kubectl(['-n', namespace, 'events', '--for', 'receiver/github']);
    expect(stdout).toContain('Reconciliation finished, next run in 10m0s');
  });

  it('may be long: what the API server would refuse is cut', async () => {
    const recorder = recorderOn(client, { reportingInstance: `sluice-${'0'.repeat(200)}` });
    const note = 'ü'.repeat(2000);
    recorder.record(receiver('a'.repeat(253)), { type: 'Warning', reason: 'R'.repeat(300), note });
    await recorder.stop();
    const [event] = await events();
    expect(event?.note).toBe(`${'ü'.repeat(510)}…`);
  });

  it('that comes again counts up instead of becoming a second one', async () => {
    const recorder = recorderOn(client);
    const object = receiver('repeats');
    recorder.record(object, fine);
    const first = await waitFor('the event', async () => (await events())[0]);
    recorder.record(object, fine);
    await waitFor('a count of two', async () => (await events())[0]?.series?.count === 2);
    recorder.record(object, fine);
    recorder.record(object, { ...fine, note: 'something else' });
    recorder.record(receiver('other'), fine);
    await recorder.stop();
    const all = await events();
    expect(all).toHaveLength(3);
    const repeated = all.find((event) => event.metadata.name === first.metadata.name);
    expect(repeated?.series).toMatchObject({ count: 3, lastObservedTime: expect.any(String) });
  });

  it('that comes many times before it could be written is one request', async () => {
    const requests = observed(client);
    const recorder = recorderOn(requests);
    for (let index = 0; index < 20; index += 1) recorder.record(receiver('burst'), fine);
    await recorder.stop();
    expect((await events()).map((event) => event.series?.count)).toEqual([20]);
    expect(requests.requests.length).toBeLessThanOrEqual(2);
  });

  it('that the API server has forgotten is written anew', async () => {
    const recorder = recorderOn(client);
    recorder.record(receiver('forgotten'), fine);
    const { metadata } = await waitFor('the event', async () => (await events())[0]);
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${metadata.name}`;
    await client.request({ method: 'DELETE', path });
    recorder.record(receiver('forgotten'), fine);
    await recorder.stop();
    expect((await events()).map((event) => event.series?.count)).toEqual([2]);
  });
});

describe('bounds', () => {
  it('an object that causes too many loses the later ones, the others lose none', async () => {
    const recorder = recorderOn(client);
    for (let index = 0; index < 40; index += 1) recorder.record(receiver('loud'), { ...fine, note: `note ${index}` });
    recorder.record(receiver('quiet'), fine);
    // Stopping gives up what takes too long.
    const last = ({ regarding }: Event) => regarding.name === 'quiet';
    await waitFor('the last event', async () => (await events()).some(last));
    await recorder.stop();
    const all = await events();
    expect(all.filter(({ regarding }) => regarding.name === 'loud')).toHaveLength(25);
    expect(all.filter(({ regarding }) => regarding.name === 'quiet')).toHaveLength(1);
  });

  it('an event that the API server refuses is given up, and the next is written', async () => {
    const recorder = recorderOn(client);
    recorder.record({ ...receiver('x'), namespace: 'no-such-namespace' }, fine);
    recorder.record(receiver('x'), fine);
    await waitFor('the second event', async () => (await events()).length === 1);
    await recorder.stop();
  });

  it('while nothing can be written only so many wait, and stopping waits for none of them', async () => {
    const away = kubeClientFor(controlPlane.adminKubeconfig, `https://127.0.0.1:${await freePort()}`);
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const recorder = recorderOn(away, { log });
    for (let index = 0; index < 1500; index += 1) recorder.record(receiver(`r${index}`), fine);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { waiting: 1000, msg: 'too many events wait, new ones are dropped' },
    ]);
    await recorder.stop();
    await away.close();
  });

  it('a write that hangs does not hold up the stop', async () => {
    const clock = createManualClock();
    const gate = gated(client);
    gate.hold(() => true);
    const recorder = recorderOn(gate, { clock });
    recorder.record(receiver('hangs'), fine);
    recorder.record(receiver('waits'), fine);
    await waitFor('the first write', () => gate.held === 1);
    const stopped = recorder.stop();
    await clock.advance(2000);
    await stopped;
    expect((await events()).map((event) => event.metadata.name.split('.')[0])).toEqual(['hangs']);
  });
});

describe('an API server that is busy', () => {
  it('is asked again later, and gets the event once', async () => {
    const clock = createManualClock();
    let refusals = 2;
    const busy: KubeClient = {
      ...client,
      request: (request) =>
        refusals-- > 0 ? Promise.reject(new ApiError(429, undefined, 3000)) : client.request(request),
    };
    const recorder = recorderOn(busy, { clock });
    recorder.record(receiver('later'), fine);
    await clock.advance(2999);
    expect(refusals).toBe(1);
    await clock.advance(1);
    expect(refusals).toBe(0);
    await clock.advance(3000);
    await waitFor('the event', async () => (await events()).length === 1);
    await recorder.stop();
  });
});
