// The flags that narrow what the operator watches and reaches.
import { afterEach, describe, expect, it } from 'vitest';
import { freshNamespace, reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World, type WorldOptions } from '../support/world.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

async function worldWith(args: readonly string[], options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(await reusedControlPlane(), { args: ['--shutdown-delay=0s', ...args], ...options });
  worlds.push(world);
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'near');
  return world;
}

const spec = (resources: readonly object[]) => ({ type: 'github', secretRef: { name: 'token' }, resources });
const near = { kind: 'GitRepository', name: 'near' };

describe('--no-cross-namespace-refs', () => {
  it('refuses a target in another namespace, also by an empty selection, and reaches the others', async () => {
    const world = await worldWith(['--no-cross-namespace-refs']);
    const elsewhere = await freshNamespace(world.controlPlane);
    await world.target('GitRepository', 'far', { namespace: elsewhere, labels: { app: 'far' } });
    const far = { kind: 'GitRepository', name: 'far', namespace: elsewhere };
    await world.receiver('both', spec([far, near]));
    await world.receiver('all', spec([{ ...far, name: '*', matchLabels: { app: 'nobody' } }]));
    await world.receiver('own', spec([{ ...near, namespace: world.namespace }]));
    expect((await world.post(await world.ready('both'), signed({}))).status).toBe(500);
    expect(await world.requestedAt('GitRepository', 'far', elsewhere)).toBe('');
    expect(await world.requestedAt('GitRepository', 'near')).not.toBe('');
    expect((await world.post(await world.ready('all'), signed({}))).status).toBe(500);
    expect((await world.post(await world.ready('own'), signed({}))).status).toBe(200);
  });
});

describe('--watch-all-namespaces=false', () => {
  it('serves the Receivers of the own namespace alone', async () => {
    const namespace = await freshNamespace(await reusedControlPlane());
    const world = await worldWith(['--watch-all-namespaces=false'], {
      namespace,
      env: { RUNTIME_NAMESPACE: namespace },
    });
    const elsewhere = await freshNamespace(world.controlPlane);
    await world.secret('token', { token: TOKEN });
    await world.receiver('other', spec([near]), { namespace: elsewhere });
    await world.receiver('mine', spec([near]));
    expect((await world.post(await world.ready('mine'), signed({}))).status).toBe(200);
    await world.settled();
    const { stdout } = await world.controlPlane.kubectl([
      ...['-n', elsewhere, 'get', 'receiver', 'other', '-o', 'jsonpath={.status.conditions}'],
    ]);
    expect(stdout).toBe('');
  });
});

describe('--watch-configs-label-selector', () => {
  it('moves the path at once for Secrets with the label, and for the others at the next reconcile', async () => {
    const label = 'reconcile.fluxcd.io/watch';
    const world = await worldWith([`--watch-configs-label-selector=${label}=Enabled`]);
    const secret = (name: string, token: string) =>
      world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, ...(name === 'labelled' ? { labels: { [label]: 'Enabled' } } : {}) },
        stringData: { token },
      });
    const paths = new Map<string, string>();
    for (const name of ['labelled', 'plain']) {
      await secret(name, TOKEN);
      await world.receiver(name, { ...spec([near]), secretRef: { name } });
      paths.set(name, await world.ready(name));
    }
    const moved = async (name: string) => (await world.read(name)).status?.webhookPath !== paths.get(name);
    for (const name of ['labelled', 'plain']) await secret(name, 'rotated');
    await waitFor('the path of the labelled one to move', () => moved('labelled'));
    await world.kubectl('annotate', 'receiver', 'plain', 'reconcile.fluxcd.io/requestedAt=now');
    await waitFor('the path of the plain one to move', () => moved('plain'));
  });
});

describe('--metrics-per-object', () => {
  it('gives the reconcile duration the name of the Receiver, which it has not without', async () => {
    const world = await worldWith(['--metrics-per-object']);
    await world.receiver('named', spec([near]));
    await world.ready('named');
    const seriesOf = async () => {
      const text = await (await fetch(world.operator.metricsUrl)).text();
      return text.split('\n').filter((line) => line.startsWith('gotk_reconcile_duration_seconds_count'));
    };
    expect((await seriesOf()).some((line) => line.includes(`name="named"`))).toBe(true);
    await world.restart(['--shutdown-delay=0s']);
    const series = await waitFor('a reconcile', async () => {
      const found = (await seriesOf()).filter((line) => line.includes(`namespace="${world.namespace}"`));
      return found.length > 0 && found;
    });
    expect(series.some((line) => line.includes('name="named"'))).toBe(false);
  });
});
