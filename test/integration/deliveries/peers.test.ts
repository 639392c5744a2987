// Replicas that ask each other for deliveries: found by EndpointSlices, judged by TokenReview, on a real API server.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../control-plane/free-port.ts';
import { createPeers, type Peers } from '../../../operator/deliveries/peers/peers.ts';
import { createJournal, type Journal } from '../../../operator/deliveries/records/journal.ts';
import type { KubeClient } from '../../../operator/kube/kube-client.ts';
import { createServiceAccounts } from '../../../operator/kube/service-accounts.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import type { Metrics } from '../../../operator/observe/metrics.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { kubeClientFor } from '../../support/kube-client-for.ts';
import { type ObjectsIn, objectsIn } from '../../support/objects-in.ts';
import { ownAddress } from '../../support/own-address.ts';
import { peerSlice } from '../../support/peer-slices.ts';
import { createLines } from '../../unit/receivers/lines.ts';

const address = ownAddress();
const OBJECT = { kind: 'Receiver', namespace: 'apps', name: 'web' };
const { log, lines } = createLines();
const said = () => lines.map(({ msg }) => msg);

let client: KubeClient;
let namespace: string;
let objects: ObjectsIn;
let folder: string;
const running: Replica[] = [];

interface Replica {
  readonly name: string;
  readonly journal: Journal;
  readonly peers: Peers;
  readonly registry: Registry;
  readonly url: string;
  readonly file: string;
}

async function tokenOf(account: string, audience: string): Promise<string> {
  return createServiceAccounts(client).token(namespace, account, audience);
}

interface Settings {
  readonly account?: string;
  /** Undefined: any free one. */
  readonly port?: number;
  /** The address is the default one. */
  readonly spare?: true;
  readonly hasToken?: boolean;
  /** Default: one that may do all. */
  readonly as?: KubeClient;
}

async function start(
  name: string,
  { account = 'sluice', hasToken = true, as = client, ...where }: Settings = {},
): Promise<Replica> {
  const host = address?.host ?? '';
  const port = where.port ?? (await freePort());
  const file = join(folder, `${name}-${hasToken}`);
  if (hasToken) await writeFile(file, await tokenOf(account, 'sluice'));
  const registry = new Registry();
  const journal = createJournal({ maxRecords: 100, clock: systemClock });
  const peers = createPeers({
    cluster: {
      client: as,
      clock: systemClock,
      log,
      metrics: { registry } as Metrics,
      servingSinceMs: systemClock.now(),
    },
    config: {
      peersAddr: { host, port, ...(where.spare === undefined ? {} : { spare: where.spare }) },
      peersService: 'sluice-peers',
      peersTokenFile: file,
      runtimeNamespace: namespace,
    },
    journal,
    replica: name,
  });
  await peers.start();
  await objects.apply(peerSlice(name, address ?? { host, addressType: 'IPv4' }, port));
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/internal/v1/deliveries`;
  const replica = { name, journal, peers, registry, url, file };
  running.push(replica);
  return replica;
}

function deliver({ journal }: Replica, atMs: number, verdict: 'accepted' | 'refused' = 'accepted', object = OBJECT) {
  const code = verdict === 'accepted' ? 'Delivered' : 'SignatureMismatch';
  return journal.add({ atMs, ms: 1, bytes: 2, object, type: 'github', origin: 'http', verdict, code });
}

async function call(url: string, token: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, text: await response.text() };
}

beforeAll(async () => {
  const controlPlane = await sharedControlPlane();
  client = kubeClientFor(controlPlane.adminKubeconfig);
  namespace = await freshNamespace(controlPlane);
  objects = objectsIn(namespace, kubeClientFor(controlPlane.adminKubeconfig));
  folder = await mkdtemp(join(tmpdir(), 'sluice-peers-'));
  for (const name of ['sluice', 'other'])
    await objects.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
});

afterEach(async () => {
  for (const { peers, name } of running.splice(0)) {
    await peers.stop();
    await client.request({
      method: 'DELETE',
      path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`,
    });
  }
});

afterAll(async () => {
  await client?.close();
  await objects?.close();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(address === undefined)('replicas', () => {
  it('tell each other of their deliveries, and each knows itself', async () => {
    const replicas = [await start('one'), await start('two'), await start('three')];
    const begunMs = Date.now();
    replicas.forEach((replica, index) => {
      deliver(replica, begunMs + index);
    });
    for (const { peers } of replicas) {
      await expect.poll(async () => (await peers.ask({ object: OBJECT })).items.length).toBe(3);
      const { items, partial, recordingSince, servingSince } = await peers.ask({ object: OBJECT });
      expect(items.map(({ replica }) => replica)).toEqual(['three', 'two', 'one']);
      expect(items.map(({ at }) => Date.parse(at) - begunMs)).toEqual([2, 1, 0]);
      expect(partial).toEqual([]);
      expect(Object.keys(recordingSince).sort()).toEqual(['one', 'three', 'two']);
      expect(Object.keys(servingSince)).toHaveLength(3);
    }
  });

  it('answer what came, or changed, since a time, and for one object', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const begunMs = Date.now();
    const old = deliver(two, begunMs - 60_000);
    deliver(two, begunMs, 'accepted', { ...OBJECT, name: 'api' });
    const namesSince = async (sinceMs: number) =>
      (await one.peers.ask({ sinceMs })).items.map(({ object: { name } }) => name);
    await expect.poll(() => namesSince(begunMs - 60_000)).toEqual(['api', 'web']);
    expect(await namesSince(begunMs)).toEqual(['api']);
    expect((await one.peers.ask({ object: OBJECT })).items).toHaveLength(1);
    if (old !== undefined) two.journal.changed(old);
    expect(await namesSince(begunMs)).toEqual(['api', 'web']);
  });

  it('have one record of a message that one has pending and another one has done, and mark what is repeated', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const begunMs = Date.now();
    const message = (replica: Replica, atMs: number, verdict: 'accepted' | 'pending', providerId = 'm-1') => {
      const about = { object: OBJECT, type: 'sqs', origin: 'broker', verdict, code: 'done', providerId } as const;
      replica.journal.add({ atMs, ms: 1, bytes: 2, ...about });
    };
    message(one, begunMs, 'pending');
    message(two, begunMs + 5, 'accepted');
    message(one, begunMs + 6, 'accepted', 'm-2');
    message(two, begunMs + 7, 'accepted', 'm-2');
    for (const { peers } of [one, two]) {
      await expect.poll(async () => (await peers.ask({ object: OBJECT })).items.length).toBe(3);
      const { items } = await peers.ask({ object: OBJECT });
      const [repeated, first] = items;
      expect(items.map(({ replica, providerId, verdict }) => `${replica} ${providerId} ${verdict}`)).toEqual([
        'two m-2 accepted',
        'one m-2 accepted',
        'two m-1 accepted',
      ]);
      expect(items.map(({ duplicateOf }) => duplicateOf)).toEqual([first?.id, undefined, undefined]);
      expect(repeated).not.toHaveProperty('foldedIds');
    }
  });

  it('name one that is gone, and count it', async () => {
    const [one, two, three] = [await start('one'), await start('two'), await start('three')];
    deliver(one, Date.now());
    deliver(two, Date.now());
    await expect.poll(async () => (await one.peers.ask()).items.length).toBe(2);
    await three.peers.stop();
    const { items, partial } = await one.peers.ask();
    expect(items).toHaveLength(2);
    expect(partial).toEqual(['three']);
    expect(await one.registry.metrics()).toMatch(/^sluice_peer_errors_total [1-9]/m);
  });

  it('name one that takes the question and never answers', async () => {
    const one = await start('one');
    deliver(one, Date.now());
    const silent = createServer().listen(0, address?.host);
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await objects.apply(peerSlice('silent', address ?? { host: '', addressType: 'IPv4' }, port));
    await expect.poll(async () => (await one.peers.ask()).partial, { timeout: 60_000 }).toEqual(['silent']);
    expect((await one.peers.ask()).items).toHaveLength(1);
    silent.close();
    await client.request({
      method: 'DELETE',
      path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/silent`,
    });
  });

  it('let in nobody but themselves', async () => {
    const one = await start('one');
    deliver(one, Date.now());
    const [own, wrongAudience, stranger] = await Promise.all([
      tokenOf('sluice', 'sluice'),
      tokenOf('sluice', 'https://kubernetes.default.svc'),
      tokenOf('other', 'sluice'),
    ]);
    expect((await call(one.url, own)).status).toBe(200);
    expect(JSON.parse((await call(one.url, own)).text)).toMatchObject({ replica: 'one', items: [{ type: 'github' }] });
    for (const token of [wrongAudience, stranger, 'forged', `${own}x`]) {
      expect(await call(one.url, token)).toEqual({ status: 401, text: '' });
    }
    expect(await fetch(one.url).then(({ status }) => status)).toBe(401);
    expect((await call(`${one.url}?since=yesterday`, own)).status).toBe(400);
    expect((await call(`${one.url}?object=web`, own)).status).toBe(400);
    expect((await call(one.url.replace('deliveries', 'others'), own)).status).toBe(404);
    for (const [route, bad] of [
      ['bodies?object=Receiver/apps/web', 'bodies'],
      ['unknown', undefined],
      ['hours', 'hours?object=web'],
    ]) {
      const url = one.url.replace('deliveries', route ?? '');
      expect(JSON.parse((await call(url, own)).text)).toMatchObject({ replica: 'one' });
      expect(await call(url, stranger)).toEqual({ status: 401, text: '' });
      expect(await fetch(url).then(({ status }) => status)).toBe(401);
      if (bad !== undefined) expect((await call(one.url.replace('deliveries', bad), own)).status).toBe(400);
    }
  });

  it('have each other’s bodies, unknown paths and counts, and ask nobody for what they have', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const [mine, theirs] = [deliver(one, Date.now()), deliver(two, Date.now())];
    if (mine === undefined || theirs === undefined) throw new Error('not recorded');
    const body = {
      json: Buffer.from('{"a":"ä"}'),
      redacted: true,
      contentType: 'application/json',
      seen: Buffer.from('{"claims":{}}'),
    };
    theirs.body = body;
    two.journal.unknownPath({ atMs: 1_000.5, from: '192.0.2.1', method: 'POST', code: 'PathUnknown' });
    const id = two.journal.idOf(theirs);
    const found = async (wanted?: string) =>
      (await one.peers.bodies({ object: OBJECT, id: wanted })).answers.flatMap(({ items }) => items);
    await expect.poll(() => found(id)).toEqual([{ id, object: OBJECT, type: 'github', body }]);
    expect((await found()).map((each) => each.id)).toEqual([id]);
    theirs.body = 'TooLarge';
    expect(await found(id)).toMatchObject([{ body: 'TooLarge' }]);
    expect(await found()).toEqual([]);
    expect((await one.peers.unknown()).answers.flatMap(({ items }) => items)).toMatchObject([{ from: '192.0.2.1' }]);
    const counted = (await one.peers.hours({ object: OBJECT })).answers.flatMap(({ items }) => items);
    expect(counted.flatMap(({ hours }) => hours).map(({ accepted }) => accepted)).toEqual([1, 1]);
    await two.peers.stop();
    expect(await one.peers.bodies({ object: OBJECT, id })).toMatchObject({ partial: ['two'] });
    expect(await one.peers.bodies({ object: OBJECT, id: one.journal.idOf(mine) })).toMatchObject({
      answers: [{ items: [{ object: OBJECT }] }],
      partial: [],
    });
  });

  it('let nobody in without the right to have tokens judged, and say so once', async () => {
    const as = kubeClientFor(await (await sharedControlPlane()).kubeconfigFor({ namespace, name: 'other' }));
    const one = await start('one', { as });
    const own = await tokenOf('sluice', 'sluice');
    for (let time = 0; time < 2; time++) expect(await call(one.url, own)).toEqual({ status: 401, text: '' });
    const told = said().filter(
      (msg) => msg === 'other replicas are not answered: the operator needs the right to create tokenreviews',
    );
    expect(told).toHaveLength(1);
    await as.close();
  });

  it('need a free address where one is asked for, and do without the default one', async () => {
    const taken = createServer().listen(0, address?.host);
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(start('one', { port })).rejects.toThrow(/^cannot listen on .*: address already in use$/);
    const { peers } = await start('one', { port, spare: true });
    const two = await start('two');
    deliver(two, Date.now());
    await expect.poll(async () => (await peers.ask()).items.length).toBe(1);
    taken.close();
  });

  it('are alone without the file of their token, and listen nowhere', async () => {
    const taken = createServer().listen(0, address?.host);
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const [one, two] = [await start('one', { hasToken: false, port }), await start('two')];
    deliver(one, Date.now());
    deliver(two, Date.now());
    expect(one.peers.enabled).toBe(false);
    expect(said()).toContain(
      'other replicas are not asked for deliveries: the file of --peers-token-file does not exist',
    );
    expect(await one.peers.ask()).toMatchObject({ items: [{ replica: 'one' }], partial: [] });
    taken.close();
  });

  it('name one that has not the same user', async () => {
    const [one, two] = [await start('one'), await start('two', { account: 'other' })];
    deliver(two, Date.now());
    await expect.poll(async () => (await one.peers.ask()).partial).toEqual(['two']);
    expect((await one.peers.ask()).items).toEqual([]);
  });
});
