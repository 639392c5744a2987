// An event posted to the built operator reaches the service of a Provider, on a real API server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import { type Recorder, startRecorder } from '../support/alerts/recorder.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

const API_VERSION = 'notification.toolkit.fluxcd.io/v1beta3';

let world: World;
let recorder: Recorder;
let eventsUrl: string;

beforeAll(async () => {
  const port = await freePort();
  eventsUrl = `http://127.0.0.1:${port}/`;
  recorder = await startRecorder();
  world = await createWorld(await reusedControlPlane(), {
    args: ['--shutdown-delay=0s', `--events-addr=127.0.0.1:${port}`],
  });
});
afterAll(async () => {
  await world?.end();
  await recorder?.close();
});

async function provider(name: string, spec: object): Promise<void> {
  await world.apply({ apiVersion: API_VERSION, kind: 'Provider', metadata: { name }, spec });
}

async function alert(name: string, spec: object): Promise<void> {
  await world.apply({ apiVersion: API_VERSION, kind: 'Alert', metadata: { name }, spec });
}

interface EventChanges {
  readonly name: string;
  readonly message?: string;
  readonly severity?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

function eventBody({ name, message = 'Health check passed', severity = 'info', metadata }: EventChanges): string {
  return JSON.stringify({
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      name,
      namespace: world.namespace,
      uid: `uid-${name}`,
    },
    severity,
    timestamp: '2027-03-04T05:06:07Z',
    message,
    reason: 'HealthCheckPassed',
    ...(metadata && { metadata }),
    reportingController: 'kustomize-controller',
  });
}

async function post(body: string, path = ''): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(`${eventsUrl}${path}`, { method: 'POST', body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What the service was sent at a path. */
function sentTo(path: string): string[] {
  return recorder.requests.filter((request) => request.path === path).map(({ body }) => body);
}

async function eventsOf(name: string): Promise<readonly { reason: string; note: string }[]> {
  const list = JSON.parse(await world.kubectl('get', 'events.events.k8s.io', '-o', 'json'));
  return list.items.filter((item: { regarding: { name: string } }) => item.regarding.name === name);
}

describe('an event', () => {
  it('reaches the Provider of each Alert that takes it, and no other', async () => {
    await provider('hook', { type: 'generic', address: `http://${recorder.host}/first` });
    await provider('other', { type: 'generic', address: `http://${recorder.host}/other` });
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    await alert('takes', { providerRef: { name: 'hook' }, eventSources, eventMetadata: { env: 'test' } });
    await alert('errors', { providerRef: { name: 'other' }, eventSources, eventSeverity: 'error' });
    await waitFor('the Alert is known', async () => {
      await post(eventBody({ name: 'probe', message: `probe ${Date.now()}` }));
      return sentTo('/first').length > 0;
    });
    const { status, headers, text } = await post(eventBody({ name: 'app' }), 'any/path');
    expect([status, text]).toEqual([202, '']);
    expect(headers.get('x-ratelimit-limit')).toBe('1');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Date.parse(headers.get('x-ratelimit-reset') ?? '')).toBeGreaterThan(Date.now());
    await waitFor('it is delivered', () => sentTo('/first').some((body) => body.includes('"name":"app"')));
    expect(JSON.parse(sentTo('/first').at(-1) ?? '')).toMatchObject({
      involvedObject: { name: 'app', namespace: world.namespace },
      metadata: { env: 'test' },
      message: 'Health check passed',
    });
    const failed = eventBody({ name: 'app', message: 'it failed', severity: 'error' });
    expect((await post(failed)).status).toBe(202);
    await waitFor('the error is delivered', () => sentTo('/other').length > 0);
    expect(sentTo('/other').map((body) => JSON.parse(body).message)).toEqual(['it failed']);
  });

  it('that comes again is answered 429', async () => {
    const body = eventBody({ name: 'twice' });
    expect((await post(body)).status).toBe(202);
    const again = await post(body);
    expect([again.status, again.text]).toEqual([429, 'Too Many Requests\n']);
    expect(again.headers.get('retry-after')).toBe(again.headers.get('x-ratelimit-reset'));
  });

  it.each([
    ['no JSON', 'x', 400],
    ['nothing', '', 400],
    ['a list', '[]', 400],
    ['null', 'null', 202],
    ['more than 3 MiB', JSON.stringify({ message: 'x'.repeat(3_145_715) }), 413],
    ['3 MiB', JSON.stringify({ message: 'x'.repeat(3_145_714) }), 202],
  ])('of %s is answered without a word of why', async (_, body, status) => {
    const answer = await post(body);
    expect([answer.status, answer.text]).toEqual([status, '']);
  });

  it('whose Provider is missing or cannot work is told on the Alert', async () => {
    const eventSources = [{ kind: 'Kustomization', name: 'lost' }];
    await alert('lost', { providerRef: { name: 'absent' }, eventSources });
    await waitFor('the Event is there', async () => {
      await post(eventBody({ name: 'lost', message: `lost ${Date.now()}` }));
      const reasons = (await eventsOf('lost')).map(({ reason }) => reason);
      return reasons.includes('NotificationDispatchFailed');
    });
    const [event] = await eventsOf('lost');
    expect(event?.note).toBe(
      `failed to dispatch notification for Kustomization/${world.namespace}/lost: failed to read provider: providers.notification.toolkit.fluxcd.io "absent" not found`,
    );
  });
});
