// BrokerReceivers with a real nats-server: what is read, filtered and annotated, and what an object's status says.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { BrokerReceiverStatus } from '../../operator/api/broker-receiver/broker-receiver.ts';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { deliveriesOf } from '../support/deliveries-of.ts';
import { fencesOf } from '../support/document.ts';
import { createSourceWorld, type SourceWorld, type SourceWorldOptions } from '../support/sources/source-world.ts';
import { waitFor } from '../support/wait-for.ts';
import { OUR_CONDITIONS, signed, TOKEN } from '../support/world.ts';
import { ecrPush } from '../unit/sources/envelopes/payloads.ts';

let controlPlane: ControlPlane;
const worlds: SourceWorld[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});
afterAll(() => controlPlane?.stop());

async function sourceWorld(options: SourceWorldOptions = {}): Promise<SourceWorld> {
  const made = await createSourceWorld(controlPlane, options);
  worlds.push(made);
  await made.world.target('GitRepository', 'a');
  return made;
}

/** The conditions that say whether it is read. */
const readiness = (status: BrokerReceiverStatus | undefined) =>
  (status?.conditions ?? []).filter(({ type }) => !OUR_CONDITIONS.includes(type));

const toA = { resources: [{ kind: 'GitRepository', name: 'a' }] };

async function annotatedAfter({ world }: SourceWorld, before: string, name = 'a'): Promise<string> {
  return await waitFor(`${name} annotated`, async () => {
    const now = await world.requestedAt('GitRepository', name);
    return now > before && now;
  });
}

it('a message annotates its target, is acknowledged, and the object says what is read', async () => {
  const made = await sourceWorld();
  const { world, consumer, source, publish, reason, read, settled, eventsOf, metric } = made;
  await consumer('harbor');
  await source('harbor', { ...toA, resourceFilter: "req.repository == 'app' && msg.broker == 'nats'" });
  const ready = await reason('harbor', 'Succeeded');
  expect(ready).toMatchObject({ status: 'True', message: expect.stringMatching(/^reading nats FLUX\/harbor/) });
  await publish('harbor', JSON.stringify({ repository: 'other' }));
  await settled('harbor');
  expect(await world.requestedAt('GitRepository', 'a')).toBe('');
  await publish('harbor', JSON.stringify({ repository: 'app' }));
  await annotatedAfter(made, '');
  await settled('harbor');
  const { status } = await read('harbor');
  expect(status).toMatchObject({ observedGeneration: 1 });
  expect(readiness(status).map(({ type }) => type)).toEqual(['Ready']);
  await waitFor('lastMessageTime', async () => (await read('harbor')).status?.lastMessageTime);
  await waitFor('the Event', async () => (await eventsOf('harbor')).includes('Succeeded: Reading nats FLUX/harbor'));
  expect(await metric('sluice_source_messages_total', 'outcome="done"')).toBe(2);
  expect(await metric('sluice_source_up')).toBe(1);
  const deliveries = await waitFor('both are remembered', async () => {
    const all = await deliveriesOf(world, 'brokerreceivers', 'harbor');
    return all.length === 2 && all;
  });
  const object = { kind: 'BrokerReceiver', namespace: world.namespace, name: 'harbor' };
  const common = { object, type: 'nats', origin: 'broker', verdict: 'accepted', code: 'done', repeated: 1 };
  const ref = `GitRepository/${world.namespace}/a`;
  const requestedAt = await world.requestedAt('GitRepository', 'a');
  expect(deliveries).toMatchObject([
    { ...common, providerId: 'FLUX/2', bytes: 20, targets: [{ ref, outcome: 'annotated', requestedAt }] },
    { ...common, providerId: 'FLUX/1', targets: [{ ref, outcome: 'filtered' }], targetCounts: { filtered: 1 } },
  ]);
  await waitFor('what Delivering says', async () => {
    const { message } = (await read('harbor')).status?.conditions?.find(({ type }) => type === 'Delivering') ?? {};
    return message === 'The last message was accepted';
  });
  const columns = await world.kubectl('get', 'brcv', 'harbor');
  expect(
    columns
      .split('\n')[0]
      ?.split(/\s{2,}/)
      .map((name) => name.trim()),
  ).toEqual([...['NAME', 'TYPE', 'AGE', 'READY', 'STATUS', 'LAST-MESSAGE']]);
});

it('one queue serves all repositories by their names, as the page on ECR has it', async () => {
  const { world, consumer, source, publish, reason, settled } = await sourceWorld();
  const [fragment = ''] = await fencesOf('docs/sources/ecr.md', 'One queue for all repositories', 'yaml');
  const registry = { registry: 'ecr' };
  await world.target('ImageRepository', 'webapp', { labels: registry });
  await world.target('ImageRepository', 'api', { labels: registry });
  await world.target('ImageRepository', 'unlabelled');
  await consumer('ecr');
  await source('ecr', { events: ['ECR Image Action'], ...parse(fragment) });
  await reason('ecr', 'Succeeded');
  const push = (repository: string) =>
    publish('ecr', JSON.stringify(ecrPush({ detail: { result: 'SUCCESS', 'repository-name': repository } })));
  for (const repository of ['unlabelled', 'unknown', 'webapp']) await push(repository);
  await waitFor('webapp is annotated', () => world.requestedAt('ImageRepository', 'webapp'));
  await settled('ecr');
  for (const name of ['api', 'unlabelled']) expect(await world.requestedAt('ImageRepository', name)).toBe('');
});

it('a webhook through a broker is verified by its Receiver, and waits for that to be ready', async () => {
  const made = await sourceWorld();
  const { world, consumer, source, publish, reason, settled, eventsOf } = made;
  await consumer('github');
  await source('github', { receiverRef: { name: 'github' } });
  expect((await reason('github', 'ReceiverNotFound')).status).toBe('False');
  await world.receiver('github', { type: 'github', events: ['push'], secretRef: { name: 'token' }, ...toA });
  await reason('github', 'ReceiverNotReady');
  await world.secret('token', { token: TOKEN });
  await reason('github', 'Succeeded');
  const genuine = signed({ ref: 'main' });
  await publish('github', genuine.body as string, genuine.headers);
  const first = await annotatedAfter(made, '');
  const forged = signed({ ref: 'main' }, 'push', 'guessed');
  await publish('github', forged.body as string, forged.headers);
  const unlisted = signed({ ref: 'main' }, 'issues');
  await publish('github', unlisted.body as string, unlisted.headers);
  await settled('github');
  await waitFor('the Event', async () =>
    (await eventsOf('github')).some((event) =>
      /^MessageRejected: message FLUX\/2 rejected: SignatureMismatch/.test(event),
    ),
  );
  expect(await world.requestedAt('GitRepository', 'a')).toBe(first);
  const target = { ref: `GitRepository/${world.namespace}/a`, outcome: 'annotated' };
  expect(await deliveriesOf(world, 'brokerreceivers', 'github')).toMatchObject([
    { providerId: 'FLUX/3', event: 'issues', verdict: 'accepted', code: 'done', targets: [] },
    { providerId: 'FLUX/2', event: 'push', verdict: 'refused', code: 'poison', targets: [] },
    { providerId: 'FLUX/1', event: 'push', verdict: 'accepted', code: 'done', targets: [target] },
  ]);
  // Its own are those of the Receiver too, with what it made of them.
  expect(await deliveriesOf(world, 'receivers', 'github')).toMatchObject([
    { origin: 'broker', type: 'github', event: 'issues', verdict: 'ignored', code: 'EventNotListed' },
    { origin: 'broker', type: 'github', event: 'push', verdict: 'refused', code: 'SignatureMismatch' },
    { origin: 'broker', type: 'github', event: 'push', verdict: 'accepted', code: 'Delivered', targets: [target] },
  ]);
  await world.kubectl('patch', 'receiver', 'github', '--type=merge', '-p', '{"spec":{"suspend":true}}');
  await reason('github', 'ReceiverNotReady');
  await publish('github', genuine.body as string, genuine.headers);
  await world.kubectl('patch', 'receiver', 'github', '--type=merge', '-p', '{"spec":{"suspend":false}}');
  await annotatedAfter(made, first);
  // It waited: one record from its first attempt to its last.
  const waited = await waitFor('the last one is done', async () => {
    const all = await deliveriesOf(world, 'receivers', 'github');
    return all[0]?.verdict === 'accepted' && all;
  });
  expect(waited).toHaveLength(4);
});

it('takes a change of Secret, a missing consumer and a request to connect again at once', async () => {
  const config = 'authorization { users = [ {user: admin, password: p}, {user: sluice, password: right} ] }';
  const made = await sourceWorld({ config, login: { user: 'admin', pass: 'p' } });
  const { world, consumer, source, publish, reason, read, server } = made;
  await source('login', { ...toA, secretRef: { name: 'login' } });
  expect((await reason('login', 'SecretNotFound')).message).toContain('Secret');
  await world.secret('login', { username: 'sluice', password: 'wrong' });
  const refused = await reason('login', 'AuthenticationFailed');
  expect(refused.message).not.toContain('wrong');
  await world.secret('login', { username: 'sluice', password: 'right' });
  expect((await reason('login', 'SourceNotFound')).message).toContain('nats consumer add');
  await consumer('login');
  const request = JSON.stringify({ metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } } });
  await world.kubectl('patch', 'brokerreceiver', 'login', '--type=merge', '-p', request);
  await reason('login', 'Succeeded');
  await waitFor('the request is handled', async () => (await read('login')).status?.lastHandledReconcileAt === 'now');
  await publish('login', '{}');
  await annotatedAfter(made, '');
  await server.reload('authorization { users = [ {user: admin, password: p} ] }');
  await reason('login', 'AuthenticationFailed');
  await server.reload(config);
  await reason('login', 'Succeeded');
  const text = JSON.stringify([await world.log(), await read('login')]);
  expect(text).not.toContain('right"');
});

describe('an object that cannot be', () => {
  it('says what to change, and reads nothing', async () => {
    const { world, source, reason, read, eventsOf } = await sourceWorld();
    await source('cel', { ...toA, resourceFilter: 'req.a ==' });
    await reason('cel', 'InvalidCELExpression');
    await source('address', {
      ...toA,
      type: 'nats',
      nats: { servers: ['nats://169.254.169.254'], stream: 'S', consumer: 'c' },
    });
    const { message } = await reason('address', 'ValidationFailed');
    expect(message).toMatch(/^spec\.nats\.servers: .*link-local/);
    const { status } = await read('address');
    expect(readiness(status).map(({ type, status: is }) => `${type} ${is}`)).toEqual(['Ready False', 'Stalled True']);
    expect(status?.observedGeneration).toBe(1);
    await waitFor('the Event', async () =>
      (await eventsOf('address')).some((event) => event.startsWith('ValidationFailed: ')),
    );
    const { code, stderr } = await controlPlane.kubectl(['-n', world.namespace, 'create', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'sluice.dev/v1alpha1',
        kind: 'BrokerReceiver',
        metadata: { name: 'neither' },
        spec: { type: 'nats', nats: { servers: ['nats://127.0.0.1:1'], stream: 'S', consumer: 'c' } },
      }),
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('set either resources, or receiverRef alone')]);
  });
});

it('no identity is borrowed that was not granted', async () => {
  const { world, source, reason, read } = await sourceWorld();
  const sqs = { queueURL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/flux-events' };
  await source('none', { ...toA, type: 'sqs', sqs });
  expect((await reason('none', 'ServiceAccountNotAllowed')).message).toMatch(
    /^no identity may be used: set spec\.secretRef/,
  );
  await world.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'flux-events' } });
  await source('account', { ...toA, type: 'sqs', sqs, serviceAccountName: 'flux-events' });
  const { message } = await reason('account', 'ServiceAccountNotAllowed');
  expect(message).toContain(`add ${world.namespace}/flux-events to the value sources.serviceAccounts`);
  const { status } = await read('account');
  expect(readiness(status).map(({ type, reason: why }) => `${type} ${why}`)).toEqual([
    'Ready ServiceAccountNotAllowed',
    'Reconciling ProgressingWithRetry',
  ]);
  await installChart(controlPlane, { sources: { serviceAccounts: [`${world.namespace}/flux-events`] } });
  expect((await reason('account', 'AuthenticationFailed')).message).toContain('eks.amazonaws.com/role-arn');
});

it('suspended, nothing is received and what is held is given back; deleted, nothing is left', async () => {
  const made = await sourceWorld();
  const { world, consumer, source, publish, reason, counts, read, metric } = made;
  await consumer('web');
  await source('web', { resources: [{ kind: 'GitRepository', name: 'missing' }] });
  await reason('web', 'Succeeded');
  await publish('web', '{}');
  await waitFor('it failed', async () => (await metric('sluice_source_messages_total', 'outcome="failing"')) > 0);
  await world.kubectl('patch', 'brokerreceiver', 'web', '--type=merge', '-p', '{"spec":{"suspend":true}}');
  await waitFor('nothing is read', async () => (await metric('sluice_source_up')) === 0);
  await world.target('GitRepository', 'missing');
  const { status } = await read('web');
  expect(status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('Succeeded');
  await publish('web', '{}');
  expect((await counts('web')).waiting).toBeGreaterThan(0);
  await world.kubectl('patch', 'brokerreceiver', 'web', '--type=merge', '-p', '{"spec":{"suspend":false}}');
  await annotatedAfter(made, '', 'missing');
  await made.settled('web');
  await world.kubectl('delete', 'brokerreceiver', 'web');
  await waitFor('nothing is read', async () => (await metric('sluice_source_up')) === 0);
});
