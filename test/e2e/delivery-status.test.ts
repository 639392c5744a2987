// What the status, the Events and a metric say of deliveries: of one operator, and of three that ask each other.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { Receiver } from '../../operator/api/receiver/receiver.ts';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { ObjectView } from '../../operator/deliveries/api/object-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { openEventStream } from '../support/deliveries/event-stream.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { ownAddress } from '../support/own-address.ts';
import { createPeerReplicas, type PeerReplicas } from '../support/peer-replicas.ts';
import { watchReceivers } from '../support/receiver-log.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, signed, TOKEN, type World } from '../support/world.ts';

const PUSH = { ref: 'refs/heads/main' };
const ARGS = ['--shutdown-delay=0s', '--delivery-status-interval=1s'];

let controlPlane: ControlPlane;
let world: World;

beforeAll(async () => {
  controlPlane = await reusedControlPlane();
});
afterEach(async () => {
  await world?.end();
});

const SPEC = {
  type: 'github',
  events: ['push'],
  secretRef: { name: 'hook' },
  resources: [{ kind: 'GitRepository', name: 'app' }],
};

async function receiver(name = 'web'): Promise<string> {
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  await world.receiver(name, SPEC);
  return world.ready(name);
}

const accept = (path: string, to?: OperatorProcess) => world.post(path, signed(PUSH), to);
const forge = (path: string, to?: OperatorProcess) => world.post(path, signed(PUSH, 'push', 'another token'), to);

async function told(name = 'web'): Promise<string> {
  const { status, reason, message } = conditionOf(await world.read(name), 'Delivering') ?? {};
  return `${status} ${reason}: ${message}`;
}

async function eventsOf(name = 'web'): Promise<string[]> {
  return (await world.events(name)).map(({ type, reason, note }) => `${type} ${reason} ${note}`);
}

describe('the condition Delivering', () => {
  it('says that nothing came, that forged webhooks are refused and why, and that it is over', async () => {
    world = await createWorld(controlPlane, { args: ARGS });
    const path = await receiver();
    expect(await told()).toBe(
      'Unknown NoneYet: No webhook has arrived yet; paste the URL at the sender, see status.url',
    );
    for (let index = 0; index < 3; index += 1) expect((await forge(path)).status).toBe(400);
    const fix = `the secret at the sender is not key token of Secret ${world.namespace}/hook`;
    await expect.poll(() => told()).toBe(`False Refused: SignatureMismatch: 3 webhooks in 1 min; ${fix}`);
    expect((await world.read('web')).status?.lastDelivery).toMatchObject({ verdict: 'refused', event: 'push' });
    expect(conditionOf(await world.read('web'), 'Ready')?.status).toBe('True');
    await expect
      .poll(() => eventsOf())
      .toContain(`Warning SignatureMismatch SignatureMismatch: 3 webhooks in 1 min; ${fix}`);
    const metrics = await (await fetch(world.operator.metricsUrl)).text();
    expect(metrics).toMatch(/^sluice_objects_not_delivering\{kind="Receiver",reason="Refused"\} 1$/m);

    expect((await accept(path)).status).toBe(200);
    await expect.poll(() => told()).toBe('True Delivered: The last webhook was accepted');
    await expect.poll(() => eventsOf()).toContain('Normal Delivered The last webhook was accepted');
    const { lastDelivery } = (await world.read('web')).status ?? {};
    expect(lastDelivery).toMatchObject({ verdict: 'accepted', code: 'Delivered', event: 'push' });
    expect(Date.parse(lastDelivery?.time ?? '')).not.toBeNaN();
  });

  it('survives a restart, and counts nothing while the Receiver is suspended', async () => {
    world = await createWorld(controlPlane, { args: ARGS });
    const path = await receiver();
    for (let index = 0; index < 3; index += 1) await forge(path);
    await expect.poll(() => told()).toContain('False Refused');
    const before = await told();
    await world.restart();
    await world.settled();
    expect(await told()).toBe(before);
    await accept(path);
    await expect.poll(() => told()).toContain('True Delivered');

    await world.receiver('web', { ...SPEC, suspend: true });
    await expect.poll(async () => (await forge(path)).status).toBe(503);
    for (let index = 0; index < 3; index += 1) await forge(path);
    await receiver();
    await accept(await receiver('marker'));
    await expect.poll(() => told('marker')).toContain('True Delivered');
    expect(await told()).toContain('True Delivered');
    expect((await eventsOf()).filter((event) => event.startsWith('Warning'))).toHaveLength(1);
  });

  it('says that the path is that of an earlier token', async () => {
    world = await createWorld(controlPlane, { args: ARGS });
    const path = await receiver();
    await world.secret('hook', { token: 'another token' });
    await waitFor('another path', async () => (await world.ready('web')) !== path);
    for (let index = 0; index < 3; index += 1) expect((await accept(path)).status).toBe(404);
    await expect.poll(() => told()).toContain('False Refused: PathWithdrawn: 3 webhooks in 1 min; ');
  });
});

describe('the status', () => {
  it('is written at most once in an interval, however many webhooks come', async () => {
    world = await createWorld(controlPlane, { args: ['--shutdown-delay=0s', '--delivery-status-interval=30s'] });
    const path = await receiver();
    const log = await watchReceivers(controlPlane.adminKubeconfig, world.namespace);
    const begunMs = performance.now();
    for (let turn = 0; turn < 40; turn += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 5 === 0 ? forge(path) : accept(path))));
    }
    await world.settled();
    const intervals = Math.ceil((performance.now() - begunMs) / 30_000);
    const told = log.changes
      .filter(({ metadata }) => metadata.name === 'web')
      .map((each) => JSON.stringify([conditionOf(each, 'Delivering'), each.status?.lastDelivery]));
    const writes = told.filter((now, index) => index > 0 && now !== told[index - 1]);
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.length).toBeLessThanOrEqual(intervals + 1);
    await log.stop();
  });

  it('of Receivers to which nothing comes is not written, nor by a new leader', async () => {
    world = await createWorld(controlPlane, { args: ARGS });
    await receiver();
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await world.receiver(`r${index}`, SPEC);
        await world.ready(`r${index}`);
      }),
    );
    const versions = async (): Promise<string[]> => {
      const { items } = JSON.parse(await world.kubectl('get', 'receivers', '-o', 'json')) as { items: Receiver[] };
      const quiet = items.filter(({ metadata: { name } }) => /^r\d+$/.test(name));
      return quiet.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
    };
    await world.settled();
    const before = await versions();
    await world.restart();
    await world.settled();
    await accept(await receiver());
    await expect.poll(() => told()).toContain('True Delivered');
    expect(await versions()).toEqual(before);
  });
});

const address = ownAddress();

describe.skipIf(address === undefined)('three replicas', () => {
  const names = ['sluice-a', 'sluice-b', 'sluice-c'] as const;
  let peers: PeerReplicas;

  beforeAll(async () => {
    peers = await createPeerReplicas(controlPlane, address ?? { host: '', addressType: 'IPv4' }, 'sluice-status');
  });
  afterAll(() => peers.end());

  async function argsOf(name: string): Promise<string[]> {
    const election = ['lease-duration=4s', 'renew-deadline=3s', 'retry-period=1s'].map(
      (each) => `--leader-election-${each}`,
    );
    return [...ARGS, '--enable-leader-election', ...election, ...(await peers.argsOf(name))];
  }

  async function metric(replica: OperatorProcess, line: RegExp): Promise<string | undefined> {
    return line.exec(await (await fetch(replica.metricsUrl)).text())?.[0];
  }

  const leads = (replica: OperatorProcess) => metric(replica, /^leader_election_master_status\{.*\} 1$/m);

  it('count together, and go on when one of them is killed', async () => {
    const [a, b, c] = names;
    // The ServiceAccount is there once the chart is.
    world = await createWorld(controlPlane);
    const replicas = [
      await world.another(await argsOf(a), undefined, { POD_NAME: a }),
      await world.another(await argsOf(b), undefined, { POD_NAME: b }),
      await world.another(await argsOf(c), undefined, { POD_NAME: c }),
    ];
    await world.operator.stop();
    const path = await receiver();
    const leader = await waitFor('a leader', async () => {
      for (const replica of replicas) if ((await leads(replica)) !== undefined) return replica;
      return undefined;
    });
    const stream = await openEventStream(`${replicas[0]?.pageUrl}/api/v1/stream`);
    for (const replica of replicas) {
      await expect.poll(async () => (await forge(path, replica)).status).toBe(400);
    }
    // Whichever is asked, it has what all have recorded.
    await expect.poll(() => [...new Set(stream.records.map(({ replica }) => replica))].sort()).toEqual(names);
    stream.close();
    await expect.poll(() => told()).toContain('False Refused: SignatureMismatch: ');

    const [killed, left] = replicas.filter((replica) => replica !== leader);
    if (killed === undefined || left === undefined) throw new Error('there are three');
    await killed.stop('SIGKILL');
    const killedName = names[replicas.indexOf(killed)];
    const list = async () => (await fetch(`${left.pageUrl}/api/v1/receivers`)).json() as Promise<List<ObjectView>>;
    await expect.poll(async () => (await list()).partial).toEqual([killedName]);
    expect(Object.keys((await list()).recordingSince).sort()).toEqual(names.filter((name) => name !== killedName));
    await expect.poll(() => metric(leader, /^sluice_peer_errors_total [1-9]\d*$/m)).toBeDefined();
    expect((await accept(path, left)).status).toBe(200);
    await expect.poll(() => told()).toBe('True Delivered: The last webhook was accepted');
  });
});
