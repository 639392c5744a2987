// An event posted to the built operator reaches the service of a Provider, on a real API server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlertWorld, createAlertWorld, eventBody } from '../support/alerts/alert-world.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { deliveriesOf } from '../support/deliveries-of.ts';
import { waitFor } from '../support/wait-for.ts';

let alerting: AlertWorld;

beforeAll(async () => {
  alerting = await createAlertWorld(await reusedControlPlane());
});
afterAll(() => alerting?.end());

describe('an event', () => {
  it('reaches the Provider of each Alert that takes it, and no other', async () => {
    const { recorder, world } = alerting;
    await alerting.provider('hook', { type: 'generic', address: `http://${recorder.host}/first` });
    await alerting.provider('other', { type: 'generic', address: `http://${recorder.host}/other` });
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    await alerting.alert('errors', { providerRef: { name: 'other' }, eventSources, eventSeverity: 'error' });
    await alerting.alert('takes', { providerRef: { name: 'hook' }, eventSources, eventMetadata: { env: 'test' } });
    await waitFor('the Alert is known', async () => {
      await alerting.post({ name: 'probe', message: `probe ${Date.now()}` });
      return alerting.messagesAt('/first').length > 0;
    });
    const response = await alerting.send(eventBody(world.namespace, { name: 'app', message: 'passed' }), 'any/path');
    const { headers } = response;
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(headers.get('x-ratelimit-limit')).toBe('1');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Date.parse(headers.get('x-ratelimit-reset') ?? '')).toBeGreaterThan(Date.now());
    await waitFor('it is delivered', () => alerting.messagesAt('/first').includes('passed'));
    const sent = recorder.requests.find(({ body }) => body.includes('"message":"passed"'));
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({
      involvedObject: { name: 'app', namespace: world.namespace },
      metadata: { env: 'test' },
    });
    expect(await alerting.post({ name: 'app', message: 'failed', severity: 'error' })).toBe(202);
    await waitFor('the error is delivered', () => alerting.messagesAt('/other').length > 0);
    expect(alerting.messagesAt('/other')).toEqual(['failed']);
    const [error] = await waitFor('it is remembered', async () => {
      const all = await deliveriesOf(world, 'alerts', 'errors');
      return all.length > 0 && all;
    });
    expect(error).toMatchObject({
      object: { kind: 'Alert', namespace: world.namespace, name: 'errors' },
      type: 'generic',
      provider: 'other',
      involved: `Kustomization/${world.namespace}/app`,
      reason: 'HealthCheckPassed',
      severity: 'error',
      verdict: 'accepted',
      code: 'Delivered',
      status: 200,
      attempts: 1,
    });
    expect(JSON.stringify(error)).not.toMatch(/failed|127\.0\.0\.1/);
  });

  it('that comes again is answered 429', async () => {
    const body = eventBody(alerting.world.namespace, { name: 'twice', message: 'm' });
    expect((await alerting.send(body)).status).toBe(202);
    const again = await alerting.send(body);
    expect([again.status, await again.text()]).toEqual([429, 'Too Many Requests\n']);
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
    const answer = await alerting.send(body);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('whose Provider is missing is told on the Alert', async () => {
    const { namespace } = alerting.world;
    await alerting.alert('lost', {
      providerRef: { name: 'absent' },
      eventSources: [{ kind: 'Kustomization', name: 'lost' }],
    });
    const event = await waitFor('the Event is there', async () => {
      await alerting.post({ name: 'lost', message: `lost ${Date.now()}` });
      return (await alerting.world.events('lost')).find(({ reason }) => reason === 'NotificationDispatchFailed');
    });
    expect(event.note).toBe(
      `failed to dispatch notification for Kustomization/${namespace}/lost: failed to read provider: providers.notification.toolkit.fluxcd.io "absent" not found`,
    );
  });

  it('that is filtered by labels is matched with those of its object', async () => {
    const { recorder, world } = alerting;
    await alerting.provider('labelled', { type: 'generic', address: `http://${recorder.host}/labelled` });
    await world.target('Kustomization', 'web', { labels: { app: 'web' } });
    await world.target('Kustomization', 'db', { labels: { app: 'db' } });
    await alerting.alert('labelled', {
      providerRef: { name: 'labelled' },
      eventSources: [{ kind: 'Kustomization', name: '*', matchLabels: { app: 'web' } }],
    });
    await waitFor('the Alert is known', async () => {
      await alerting.post({ name: 'db', message: `db ${Date.now()}` });
      await alerting.post({ name: 'web', message: `web ${Date.now()}` });
      return alerting.messagesAt('/labelled').length > 0;
    });
    expect(alerting.messagesAt('/labelled').filter((message) => !message.startsWith('web'))).toEqual([]);
  });
});

describe('the finalizer of the former controller', () => {
  it.each(['Alert', 'Provider'])('does not keep a %s from being deleted', async (kind) => {
    const { world } = alerting;
    const spec =
      kind === 'Alert'
        ? { providerRef: { name: 'x' }, eventSources: [] }
        : { type: 'generic', address: 'http://x.test' };
    const metadata = { name: 'old', finalizers: ['finalizers.fluxcd.io'] };
    await world.apply({ apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind, metadata, spec });
    await world.kubectl('delete', kind.toLowerCase(), 'old', '--timeout=60s');
  });
});
