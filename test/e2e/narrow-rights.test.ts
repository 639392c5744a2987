// The operator with the rights of an installation whose values narrow them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SluiceProps } from '../../charts-ts/index.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, signed, TOKEN, type World } from '../support/world.ts';

let cluster: ControlPlane;
let world: World | undefined;

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** An operator in the place of the one before, with the rights and flags that the values make. */
async function install(values: SluiceProps, namespace: string, args: readonly string[] = []): Promise<World> {
  await world?.end();
  await kubectl(
    ...['delete', 'clusterroles,clusterrolebindings,roles,rolebindings', '-A', '-l', 'app.kubernetes.io/name=sluice'],
  );
  world = await createWorld(cluster, { namespace, values, args: ['--shutdown-delay=0s', ...args] });
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'near', { labels: { app: 'near' } });
  return world;
}

const github = (name: string, more: object = {}) => ({
  type: 'github',
  secretRef: { name: 'token' },
  resources: [{ kind: 'GitRepository', name, ...more }],
});

beforeAll(async () => {
  cluster = await startControlPlane({ ours: true });
  await cluster.applyStandIns();
  for (const name of ['tenant', 'other']) await kubectl('create', 'namespace', name);
});

afterAll(async () => {
  await world?.end();
  await cluster?.stop();
});

describe('with secrets.namespaces', () => {
  let tenant: World;
  beforeAll(async () => {
    tenant = await install({ secrets: { namespaces: ['tenant'] } }, 'tenant');
  });

  it('serves the Receivers of those namespaces', async () => {
    await tenant.receiver('mine', github('near'));
    expect((await tenant.post(await tenant.ready('mine'), signed({}))).status).toBe(200);
    expect(await tenant.requestedAt('GitRepository', 'near')).not.toBe('');
    const messages = (await tenant.log()).map(({ msg }) => msg);
    expect(messages).toContain('watching Secrets is forbidden: each is read when it is needed');
  });

  it('takes up a rotated token at the next reconcile of the Receiver', async () => {
    const before = await tenant.ready('mine');
    await tenant.secret('token', { token: 'rotated' });
    await tenant.kubectl('annotate', 'receiver', 'mine', 'reconcile.fluxcd.io/requestedAt=now');
    await waitFor('another path', async () => {
      const path = (await tenant.read('mine')).status?.webhookPath;
      return path !== undefined && path !== before;
    });
    const path = await tenant.ready('mine');
    expect((await tenant.post(path, signed({}, 'push', 'rotated'))).status).toBe(200);
    expect((await tenant.post(before, signed({}))).status).toBe(404);
  });

  it('says of a Receiver elsewhere that its Secret may not be read', async () => {
    await tenant.apply({
      apiVersion: 'notification.toolkit.fluxcd.io/v1',
      kind: 'Receiver',
      metadata: { name: 'theirs', namespace: 'other' },
      spec: github('near'),
    });
    const theirs = await waitFor('the condition', async () => {
      const receiver = JSON.parse(await kubectl('-n', 'other', 'get', 'receiver', 'theirs', '-o', 'json'));
      return conditionOf(receiver, 'Ready') && receiver;
    });
    expect(conditionOf(theirs, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'TokenNotFound',
      message: 'Secret other/token may not be read by the operator',
    });
  });
});

describe('with watchAllNamespaces: false', () => {
  let own: World;
  beforeAll(async () => {
    own = await install({ watchAllNamespaces: false }, 'flux-system', ['--watch-all-namespaces=false']);
  });

  it('serves the Receivers of its own namespace, without a ClusterRole', async () => {
    await own.receiver('named', github('near'));
    await own.receiver('selected', github('*', { matchLabels: { app: 'near' } }));
    for (const name of ['named', 'selected']) {
      const before = await own.requestedAt('GitRepository', 'near');
      expect((await own.post(await own.ready(name), signed({}))).status).toBe(200);
      expect(await own.requestedAt('GitRepository', 'near')).not.toBe(before);
    }
  });

  it('moves the path at once when the token is rotated', async () => {
    const before = await own.ready('named');
    await own.secret('token', { token: 'rotated' });
    await waitFor('another path', async () => (await own.read('named')).status?.webhookPath !== before);
  });
});
