// BrokerReceivers of type pubsub behind a proxy, as Google itself would serve them: a Secret's key and a ServiceAccount.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BrokerReceiver } from '../../operator/api/broker-receiver/broker-receiver.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { type Internet, startInternet } from '../support/internet.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

const LIFE_SECONDS = 3_600;
const namespace = `t-${randomUUID().slice(0, 8)}`;
const POOL = 'projects/123456789012/locations/global/workloadIdentityPools/clusters/providers/test';

let world: World;
let internet: Internet;
/** Messages that wait, by the subscription. */
const waiting = new Map<string, object[]>();

beforeAll(async () => {
  const json = (value: object) => ({ body: JSON.stringify(value) });
  const token = (name: string) => () => json({ access_token: name, expires_in: LIFE_SECONDS, token_type: 'Bearer' });
  internet = await startInternet({
    'oauth2.googleapis.com': token('jwt'),
    'sts.googleapis.com': token('sts'),
    'pubsub.googleapis.com': (path) => {
      const [, name = '', action] = /\/subscriptions\/([^:]+)(?::(\w+))?$/.exec(path) ?? [];
      if (action !== 'pull') return json(action === undefined ? { ackDeadlineSeconds: 60 } : {});
      return json({ receivedMessages: waiting.get(name)?.splice(0) ?? [] });
    },
  });
  const controlPlane = await reusedControlPlane();
  await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  world = await createWorld(controlPlane, {
    namespace,
    values: { sources: { serviceAccounts: [`${namespace}/flux-events`] } },
    env: internet.env,
  });
});
afterAll(async () => {
  await world?.end();
  await internet?.close();
});

async function read(name: string, identity: object): Promise<void> {
  await world.target('OCIRepository', name);
  await world.apply({
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'BrokerReceiver',
    metadata: { name },
    spec: {
      type: 'pubsub',
      pubsub: { subscription: `projects/acme/subscriptions/${name}` },
      resources: [{ kind: 'OCIRepository', name }],
      resourceFilter: "req.tag == 'v1' && msg.type == 'INSERT' && msg.id == '17'",
      ...identity,
    },
  });
  await waitFor(`${name} is read`, async () => {
    const { status } = await world.objects.get<BrokerReceiver & { kind: string }>(
      'sluice.dev/v1alpha1',
      'BrokerReceiver',
      name,
    );
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'False') throw new Error(ready.message);
    return ready?.status === 'True';
  });
  const data = Buffer.from(JSON.stringify({ action: 'INSERT', tag: 'v1' })).toString('base64');
  waiting.set(name, [{ ackId: 'a', message: { messageId: '17', data, publishTime: '2026-01-03T16:52:01Z' } }]);
  await waitFor(`${name} is annotated`, () => world.requestedAt('OCIRepository', name));
  await waitFor(`${name} is acknowledged`, async () =>
    internet.asked.includes(`https://pubsub.googleapis.com/v1/projects/acme/subscriptions/${name}:acknowledge`),
  );
}

it('the key of a Secret', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = {
    type: 'service_account',
    client_email: 'flux@acme.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://example.com/token',
  };
  await world.secret('google', { 'key.json': JSON.stringify(key) });
  await read('by-key', { secretRef: { name: 'google' } });
  expect(internet.asked.filter((url) => url.includes('token'))).toEqual(['https://oauth2.googleapis.com/token']);
});

it('the token of a ServiceAccount', async () => {
  await world.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'flux-events', annotations: { 'gcp.auth.fluxcd.io/workload-identity-provider': POOL } },
  });
  await read('by-account', { serviceAccountName: 'flux-events' });
  expect(internet.asked).toContain('https://sts.googleapis.com/v1/token');
});
