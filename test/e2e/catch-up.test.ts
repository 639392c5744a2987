// Webhooks that nobody could receive are made up for: the operator was away, or a Receiver could not be served.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { kubeClientFor } from '../support/kube-client-for.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const ARGS = [
  '--enable-leader-election',
  '--leader-election-lease-duration=2s',
  '--leader-election-renew-deadline=1500ms',
  '--leader-election-retry-period=300ms',
  '--shutdown-delay=0s',
];
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/flux-system/leases/sluice-leader-election';
const GIT = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' };
const GITHUB = { type: 'github', secretRef: { name: 'token' } };
const SECOND_MS = 1_000;

let controlPlane: ControlPlane;
let world: World;

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  await installChart(controlPlane);
});
afterEach(async () => {
  await world?.end();
  await controlPlane.kubectl(['-n', 'flux-system', 'delete', 'lease', 'sluice-leader-election', '--ignore-not-found']);
});
afterAll(async () => {
  await controlPlane?.stop();
});

interface Lease {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly holderIdentity: string; readonly renewTime: string };
}

const repo = (name: string, more: object = {}) => ({ kind: 'GitRepository', name, ...more });
const lease = () => kubeClientFor(controlPlane.adminKubeconfig).request<Lease>({ method: 'GET', path: LEASE });

/** A world with some targets, which leads. */
async function worldWith(targets: readonly string[], args: readonly string[] = []): Promise<void> {
  world = await createWorld(controlPlane, { args: [...ARGS, ...args] });
  await world.secret('token', { token: TOKEN });
  for (const name of targets) await world.target('GitRepository', name);
}

async function receiver(name: string, more: object): Promise<string> {
  await world.receiver(name, { ...GITHUB, ...more });
  return await world.ready(name);
}

/** As if nobody had renewed the Lease for so long: nobody has to wait for that. */
async function makeOlder(seconds: number): Promise<void> {
  const renewTime = new Date(Date.now() - seconds * SECOND_MS).toISOString().replace('Z', '000Z');
  await kubeClientFor(controlPlane.adminKubeconfig).request({
    method: 'PATCH',
    path: LEASE,
    contentType: 'application/merge-patch+json',
    body: { spec: { renewTime } },
  });
}

/** The operator is killed, and starts again after an absence. */
async function absent(seconds: number, args: readonly string[] = []): Promise<void> {
  await world.operator.stop('SIGKILL');
  await makeOlder(seconds);
  await world.restart([...ARGS, ...args]);
}

const annotated = async (names: readonly string[]) => {
  const values = await Promise.all(names.map((name) => world.requestedAt('GitRepository', name)));
  return names.filter((_, index) => values[index] !== '');
};

async function caughtUp(name: string): Promise<string | undefined> {
  return (await world.events(name)).find(({ reason }) => reason === 'CatchUp')?.note;
}

describe('after an absence', () => {
  it.each([20, 90])(
    'of %i seconds every target is annotated once, but for those that are suspended',
    async (seconds) => {
      await worldWith(['a', 'b', 'c', 'never', 'other', 'asleep']);
      await world.apply({ ...GIT, metadata: { name: 'asleep' }, spec: { suspend: true } });
      await receiver('one', { resources: [repo('a'), repo('asleep'), repo('b')] });
      await receiver('two', { resources: [repo('b'), repo('c', { filter: "req.ref == 'refs/heads/main'" })] });
      await receiver('filtered', { resources: [repo('never', { filter: "res.metadata.name == 'x'" })] });
      await world.receiver('suspended', { ...GITHUB, resources: [repo('other')], suspend: true });
      await absent(seconds);
      const note = await waitFor('the Event of the second Receiver', () => caughtUp('two'));
      expect(note).toMatch(/^1 resource was annotated: no replica served webhooks from 2\S+Z to 2\S+Z$/);
      expect(await waitFor('the Event of the first', () => caughtUp('one'))).toMatch(/^2 resources were annotated/);
      await waitFor(
        'the note on the Lease to be gone',
        async () => !(await lease()).metadata.annotations?.['sluice/catch-up'],
      );
      expect(await annotated(['a', 'b', 'c', 'never', 'other', 'asleep'])).toEqual(['a', 'b', 'c']);
      const metrics = await (await fetch(world.operator.metricsUrl)).text();
      expect(metrics).toContain('sluice_catch_up_total{cause="absence"} 3');
    },
  );

  it.each([
    ['that was short', ['--catch-up-after=10m']],
    ['where nothing is to be made up for', ['--catch-up-after=0']],
  ])('%s nothing is annotated', async (_what, args) => {
    await worldWith(['a']);
    await receiver('one', { resources: [repo('a')] });
    const holder = (await lease()).spec.holderIdentity;
    await absent(90, args);
    await waitFor('a new leader', async () => (await lease()).spec.holderIdentity !== holder);
    await world.settled();
    expect(await annotated(['a'])).toEqual([]);
  });

  it('the next leader finishes what one began that was killed, and annotates nothing twice', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `t${String(index).padStart(2, '0')}`);
    await worldWith(names);
    await receiver('many', { resources: names.map((name) => repo(name)) });
    await absent(90, ['--catch-up-rate=1']);
    const some = await waitFor('some of them annotated', async () => {
      const found = await annotated(names);
      return found.length >= 3 ? found : undefined;
    });
    const before = await Promise.all(some.map((name) => world.requestedAt('GitRepository', name)));
    await world.operator.stop('SIGKILL');
    expect((await lease()).metadata.annotations?.['sluice/catch-up']).toMatch(/^2\S+Z\/2\S+Z$/);
    await world.restart([...ARGS, '--catch-up-rate=100']);
    await waitFor('all of them annotated', async () => (await annotated(names)).length === names.length);
    await waitFor(
      'the note on the Lease to be gone',
      async () => !(await lease()).metadata.annotations?.['sluice/catch-up'],
    );
    expect(await Promise.all(some.map((name) => world.requestedAt('GitRepository', name)))).toEqual(before);
  });
});

describe('a Receiver that refused webhooks', () => {
  it('while its Secret was missing makes up for them when it is back', async () => {
    await worldWith(['a']);
    const path = await receiver('one', { resources: [repo('a')] });
    await world.kubectl('delete', 'secret', 'token');
    await world.reason('one', 'TokenNotFound');
    expect((await world.post(path, signed({}))).status).toBe(404);
    await world.secret('token', { token: TOKEN });
    const note = await waitFor('the Event', () => caughtUp('one'));
    expect(note).toBe('1 resource was annotated: webhooks were refused while the Receiver could not be served');
    expect(await annotated(['a'])).toEqual(['a']);
  });

  it('while it was suspended, or with another token, makes up for nothing', async () => {
    await worldWith(['a']);
    const path = await receiver('one', { resources: [repo('a')] });
    const suspend = (value: boolean) => world.receiver('one', { ...GITHUB, resources: [repo('a')], suspend: value });
    // Forged, so that none annotates anything by itself.
    const answered = (status: number) =>
      waitFor(String(status), async () => (await world.post(path, signed({}, 'push', 'x'))).status === status);
    await suspend(true);
    await answered(503);
    await suspend(false);
    await answered(400);
    await world.secret('token', { token: 'another' });
    await answered(404);
    await world.settled();
    expect(await annotated(['a'])).toEqual([]);
    expect(await caughtUp('one')).toBeUndefined();
  });
});
