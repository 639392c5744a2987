import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import type { KubeClient, KubeObject } from '../../../../operator/kube/kube-client.ts';
import { createSecrets, type Secrets } from '../../../../operator/kube/watch/secrets.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { gated, kubeClientFor, observed } from '../../../support/kube-client-for.ts';
import { waitFor } from '../../../support/wait-for.ts';

const log = pino({ level: 'silent' });
let controlPlane: ControlPlane;
let admin: KubeClient;
let namespace: string;
const opened: Secrets[] = [];

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  admin = kubeClientFor(controlPlane.adminKubeconfig);
});

afterAll(() => admin.close());

beforeEach(async () => {
  namespace = await freshNamespace(controlPlane);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((secrets) => secrets.stop()));
});

function open(client: KubeClient, labelSelector?: string): { secrets: Secrets; changes: string[] } {
  const changes: string[] = [];
  const secrets = createSecrets({
    client,
    namespace,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    log,
  });
  secrets.subscribe((key) => void changes.push(key));
  secrets.start();
  opened.push(secrets);
  return { secrets, changes };
}

async function write(name: string, token: string, more: { labels?: object; type?: string } = {}): Promise<void> {
  const { labels = {}, type = 'Opaque' } = more;
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { name, namespace, labels },
    stringData: { token },
  };
  await apply(secret);
}

async function apply(secret: { metadata: { name: string } }): Promise<void> {
  await admin.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/secrets/${secret.metadata.name}`,
    query: { fieldManager: 'test', force: true },
    contentType: 'application/apply-patch+yaml',
    body: secret,
  });
}

async function remove(name: string): Promise<void> {
  await admin.request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/secrets/${name}` });
}

async function tokenOf(secrets: Secrets, name: string): Promise<string | undefined> {
  return (await secrets.get(namespace, name))?.token?.toString();
}

describe('reading', () => {
  it('gives the data byte for byte, and only what the Secret has', async () => {
    const bytes = randomBytes(64);
    const data = Object.fromEntries([
      ['binary', bytes.toString('base64')],
      ['empty', ''],
      ['__proto__', 'eA=='],
    ]);
    await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'raw', namespace }, data } as KubeObject);
    const { secrets } = open(admin);
    await secrets.whenSynced();
    const read = await secrets.get(namespace, 'raw');
    expect(read?.binary?.equals(bytes)).toBe(true);
    expect(read?.empty).toHaveLength(0);
    expect(read?.constructor).toBeUndefined();
    expect(Object.keys(read ?? {}).toSorted()).toEqual(['__proto__', 'binary', 'empty']);
  });

  it('gives nothing for a Secret that is not there, and asks again each time', async () => {
    const { secrets } = open(admin);
    await secrets.whenSynced();
    expect(await secrets.get(namespace, 'none')).toBeUndefined();
    await write('none', 'now');
    expect(await tokenOf(secrets, 'none')).toBe('now');
  });

  it('asks the API server once, for many at the same time and for all later', async () => {
    await write('shared', 'one');
    const client = observed(admin);
    const { secrets } = open(client);
    await secrets.whenSynced();
    client.requests.length = 0;
    const all = await Promise.all(Array.from({ length: 50 }, () => tokenOf(secrets, 'shared')));
    expect(new Set(all)).toEqual(new Set(['one']));
    expect(await tokenOf(secrets, 'shared')).toBe('one');
    expect(client.requests).toEqual([`GET /api/v1/namespaces/${namespace}/secrets/shared`]);
  });

  it('does not watch the Secrets of Helm, which can be read all the same', async () => {
    await write('release', 'helm', { type: 'helm.sh/release.v1' });
    const client = observed(admin);
    const { secrets, changes } = open(client);
    await secrets.whenSynced();
    await write('release', 'changed', { type: 'helm.sh/release.v1' });
    await write('other', 'x');
    await waitFor('news of the other Secret', () => changes.includes(`${namespace}/other`));
    expect(changes).not.toContain(`${namespace}/release`);
    expect(await tokenOf(secrets, 'release')).toBe('changed');
  });
});

describe('changes', () => {
  it('are notified, and what is read after them is new', async () => {
    await write('token', 'old');
    const { secrets, changes } = open(admin);
    await secrets.whenSynced();
    expect(await tokenOf(secrets, 'token')).toBe('old');
    expect(changes).toEqual([]);
    await write('token', 'new');
    await waitFor('news of the change', () => changes.length === 1);
    expect(await tokenOf(secrets, 'token')).toBe('new');
    await remove('token');
    await waitFor('news of the deletion', () => changes.length === 2);
    expect(await secrets.get(namespace, 'token')).toBeUndefined();
    await write('token', 'again');
    await waitFor('news of the creation', () => changes.length === 3);
    expect(await tokenOf(secrets, 'token')).toBe('again');
    expect(new Set(changes)).toEqual(new Set([`${namespace}/token`]));
  });

  it('are not undone by a read that began before them', async () => {
    await write('raced', 'old');
    const client = gated(admin);
    const { secrets, changes } = open(client);
    await secrets.whenSynced();
    client.hold(({ method, path }) => method === 'GET' && path.endsWith('/secrets/raced'));
    const early = tokenOf(secrets, 'raced');
    await waitFor('the answer', () => client.held === 1);
    await write('raced', 'new');
    await waitFor('news of the change', () => changes.length === 1);
    client.open();
    expect(await early).toBe('old');
    expect(await tokenOf(secrets, 'raced')).toBe('new');
  });

  it('are seen by whoever reads after them, though a read from before is still under way', async () => {
    await write('raced', 'old');
    const client = gated(admin);
    const { secrets, changes } = open(client);
    await secrets.whenSynced();
    client.hold(({ method, path }) => method === 'GET' && path.endsWith('/secrets/raced'));
    const early = tokenOf(secrets, 'raced');
    await waitFor('the first answer', () => client.held === 1);
    await write('raced', 'new');
    await waitFor('news of the change', () => changes.length === 1);
    const late = tokenOf(secrets, 'raced');
    await waitFor('a second answer', () => client.held === 2);
    client.open();
    expect([await early, await late]).toEqual(['old', 'new']);
  });

  it('before the watch stood are notified once it stands', async () => {
    await write('early', 'one');
    const changes: string[] = [];
    const secrets = createSecrets({ client: admin, namespace, log });
    secrets.subscribe((key) => void changes.push(key));
    opened.push(secrets);
    expect(await tokenOf(secrets, 'early')).toBe('one');
    await write('early', 'two');
    expect(await tokenOf(secrets, 'early')).toBe('two');
    secrets.start();
    await waitFor('news of what may have changed', () => changes.includes(`${namespace}/early`));
  });
});

describe('with a label selector', () => {
  it('only Secrets with the label are kept and notified', async () => {
    const watch = { labels: { 'reconcile.fluxcd.io/watch': 'Enabled' } };
    await write('labelled', 'one', watch);
    await write('plain', 'one');
    const client = observed(admin);
    const { secrets, changes } = open(client, 'reconcile.fluxcd.io/watch=Enabled');
    await secrets.whenSynced();
    client.requests.length = 0;
    for (const name of ['labelled', 'plain', 'labelled', 'plain']) await tokenOf(secrets, name);
    expect(client.requests.filter((request) => request.endsWith('/labelled'))).toHaveLength(1);
    expect(client.requests.filter((request) => request.endsWith('/plain'))).toHaveLength(2);
    await write('plain', 'two');
    await write('labelled', 'two', watch);
    await waitFor('news of the labelled one', () => changes.length > 0);
    expect(changes).toEqual([`${namespace}/labelled`]);
    expect(await tokenOf(secrets, 'plain')).toBe('two');
  });
});

describe('without the right to watch', () => {
  it('each read asks the API server, until the right is given', async () => {
    await write('token', 'one');
    const user = `reader-${namespace}`;
    await allow(user, 'read', ['get']);
    const client = observed(kubeClientFor(await controlPlane.kubeconfigForUser(user)));
    const { secrets, changes } = open(client);
    await secrets.whenSynced();
    expect(secrets.hasSynced).toBe(true);
    expect(await tokenOf(secrets, 'token')).toBe('one');
    await write('token', 'two');
    expect(await tokenOf(secrets, 'token')).toBe('two');
    await allow(user, 'watch', ['list', 'watch']);
    await waitFor('the watch to stand and tell what may have changed', () => changes.length > 0);
    await tokenOf(secrets, 'token');
    client.requests.length = 0;
    expect(await tokenOf(secrets, 'token')).toBe('two');
    expect(client.requests.filter((request) => request.endsWith('/token'))).toEqual([]);
    await secrets.stop();
    await client.close();
  });
});

async function allow(user: string, name: string, verbs: readonly string[]): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name, namespace } };
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
  await controlPlane.apply(JSON.stringify({ ...rbac, kind: 'Role', rules }));
  await controlPlane.apply(JSON.stringify({ ...rbac, kind: 'RoleBinding', roleRef, subjects }));
}
