// Several replicas on a real API server, under load: however one of them ends, or the API server does, no webhook that
// was answered 200 or 202 is lost, one at a time leads, and nothing is written twice.
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../../operator/api/receiver/receiver.ts';
import { type AnnotationLog, watchAnnotations } from '../support/annotation-log.ts';
import { installChart } from '../support/chart.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { kubeconfigThrough } from '../support/kubeconfig-through.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { type Destination, type Senders, startSenders, type Tally } from '../support/senders.ts';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const ARGS = [
  '--enable-leader-election',
  '--leader-election-lease-duration=4s',
  '--leader-election-renew-deadline=3s',
  '--leader-election-retry-period=1s',
  '--shutdown-delay=500ms',
];
const RECEIVERS = 20;

let controlPlane: ControlPlane;
let world: World;
let annotations: AnnotationLog;
const proxies: TcpProxy[] = [];
const loads: Senders[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  await installChart(controlPlane);
});
afterEach(async () => {
  for (const load of loads.splice(0)) await load.stop();
  for (const proxy of proxies.splice(0)) await proxy.restore();
  await annotations?.stop();
  await world?.end();
  // The next leader need not wait for the Lease of one that was killed.
  await controlPlane.kubectl(['-n', 'flux-system', 'delete', 'lease', 'sluice-leader-election', '--ignore-not-found']);
});
afterAll(async () => {
  await controlPlane?.stop();
});

const nameOf = (index: number): string => `r${index}`;

async function createReceivers(from: number, to: number): Promise<void> {
  const one = async (name: string): Promise<void> => {
    await world.target('GitRepository', name);
    const resources = [{ kind: 'GitRepository', name }];
    await world.receiver(name, { type: 'github', events: ['push'], secretRef: { name: 'token' }, resources });
  };
  await Promise.all(Array.from({ length: to - from }, (_, i) => one(nameOf(from + i))));
}

/** A world with its first replica, Receivers, and where to send to. */
async function worldWithReceivers(count = RECEIVERS): Promise<Destination[]> {
  world = await createWorld(controlPlane, { args: ARGS });
  annotations = await watchAnnotations(controlPlane.adminKubeconfig, world.namespace);
  await world.secret('token', { token: TOKEN });
  await createReceivers(0, count);
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => ({ target: nameOf(i), path: await world.ready(nameOf(i)) })),
  );
}

function send(destinations: readonly Destination[], replicas: readonly OperatorProcess[]): Senders {
  const load = startSenders(
    destinations,
    replicas.map(({ url }) => url),
  );
  loads.push(load);
  return load;
}

async function leads(replica: OperatorProcess): Promise<boolean> {
  const text = await (await fetch(replica.metricsUrl)).text();
  return /^leader_election_master_status\{.*\} 1$/m.test(text);
}

async function leaderOf(replicas: readonly OperatorProcess[]): Promise<OperatorProcess> {
  return await waitFor('one that leads', async () => {
    for (const replica of replicas) if (await leads(replica)) return replica;
    return undefined;
  });
}

const receivers = () => world.objects.list<Receiver>(RECEIVER_API_VERSION, RECEIVER_KIND);

/** Has each Receiver get a first webhook, which its status tells of at once: the next ones change nothing for ten minutes. */
async function deliverFirst(destinations: readonly Destination[], leader: OperatorProcess): Promise<void> {
  for (const { path } of destinations) {
    await expect.poll(async () => (await world.post(path, signed({}), leader)).status).toBe(200);
  }
  await waitFor('statuses with a delivery', async () => {
    return (await receivers()).every(({ status }) => status?.lastDelivery !== undefined);
  });
}

/** `name@resourceVersion` of each Receiver: equal ones say that nobody wrote in between. */
async function versions(): Promise<string[]> {
  return (await receivers()).map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
}

/** Targets that were not annotated after the last webhook that was promised to them. */
function lost({ promised }: Tally): string[] {
  return [...promised].filter(([name, sentAt]) => annotations.latestOf(name) < sentAt).map(([name]) => name);
}

/** Ends the load, and shows that what was promised came to pass. */
async function settle(context: TestContext, load: Senders): Promise<Tally> {
  const tally = await load.stop();
  await waitFor('every promise kept', () => lost(tally).length === 0);
  expect(tally.promised.size).toBeGreaterThan(0);
  await context.annotate(
    `sent ${tally.sent}, answers ${JSON.stringify(tally.answers)}, unanswered ${tally.unanswered}, lost 0`,
  );
  return tally;
}

/** Answers that promise nothing. */
function refusals({ answers }: Tally): string[] {
  return Object.keys(answers).filter((status) => status !== '200' && status !== '202');
}

/** Reconciles so far of this world's Receivers. */
async function reconcilesOf(replica: OperatorProcess): Promise<number> {
  const text = await (await fetch(replica.metricsUrl)).text();
  const line = new RegExp(
    `^gotk_reconcile_duration_seconds_count\\{.*namespace="${world.namespace}".*\\} (\\d+)$`,
    'm',
  );
  return Number(line.exec(text)?.[1] ?? 0);
}

interface LeaderLine {
  readonly ts: string;
  readonly msg: string;
  readonly identity: string;
}

async function leaderLines(): Promise<readonly LeaderLine[]> {
  const lines = (await world.log()) as unknown as readonly LeaderLine[];
  return lines.filter(({ msg }) => msg === 'started leading' || msg === 'stopped leading');
}

const endings = [2, 3].flatMap((count) => (['SIGKILL', 'SIGTERM'] as const).map((signal) => ({ count, signal })));

describe('the leader ends under load', () => {
  it.for(endings)('$count replicas, $signal', async ({ count, signal }, context) => {
    const destinations = await worldWithReceivers();
    const replicas = [world.operator];
    while (replicas.length < count) replicas.push(await world.another(ARGS));
    const leader = await leaderOf(replicas);
    const others = replicas.filter((replica) => replica !== leader);
    await deliverFirst(destinations, leader);
    const before = await versions();
    const looked = new Map(await Promise.all(others.map(async (each) => [each, await reconcilesOf(each)] as const)));
    const load = send(destinations, replicas);
    await load.more(100);
    // As endpoints would tell; after a SIGKILL they are late.
    if (signal === 'SIGTERM') load.sendTo(others.map(({ url }) => url));
    await leader.stop(signal);
    load.sendTo(others.map(({ url }) => url));
    const next = await leaderOf(others);
    await load.more(50);
    const tally = await settle(context, load);
    expect(refusals(tally)).toEqual([]);
    // A leader that takes over reconciles each Receiver, finds its status correct, and writes nothing.
    expect(await versions()).toEqual(before);
    expect((await reconcilesOf(next)) - (looked.get(next) ?? 0)).toBeLessThanOrEqual(2 * RECEIVERS);
    if (signal === 'SIGTERM') expect(tally.unanswered).toBe(0);
  });
});

describe('two replicas under load', () => {
  it('the API server is restarted', async (context) => {
    const destinations = await worldWithReceivers();
    const replicas = [world.operator, await world.another(ARGS)];
    await leaderOf(replicas);
    const load = send(destinations, replicas);
    await load.more(50);
    await controlPlane.killApiServer();
    await load.more(200);
    await controlPlane.startApiServer();
    await load.more(100);
    const tally = await settle(context, load);
    expect(refusals(tally)).toEqual([]);
    expect(tally.unanswered).toBe(0);
    await leaderOf(replicas);
  });

  it('a rolling update: neither 200 nor 202 is lost, and nobody is left without an answer', async (context) => {
    const destinations = await worldWithReceivers();
    let replicas = [world.operator, await world.another(ARGS)];
    const load = send(destinations, replicas);
    for (const old of replicas) {
      // One more, ready, before one less.
      replicas = [...replicas.filter((each) => each !== old), await world.another(ARGS)];
      load.sendTo(replicas.map(({ url }) => url));
      expect(await old.stop()).toBe(0);
    }
    const tally = await settle(context, load);
    expect(tally.unanswered).toBe(0);
    expect(Object.keys(tally.answers)).toEqual(['200']);
  });

  it('the leader is cut off: it stops in time, and nothing of what it was writing comes after', async (context) => {
    const destinations = await worldWithReceivers();
    const other = await world.another(ARGS);
    await world.operator.stop();
    await leaderOf([other]);
    // The one that will be cut off comes second, and leads when the first has ended.
    const proxy = await createTcpProxy(controlPlane.url);
    proxies.push(proxy);
    const kubeconfig = await kubeconfigThrough(proxy, controlPlane);
    const cutOff = await world.another(ARGS, kubeconfig);
    await other.stop();
    await leaderOf([cutOff]);
    await deliverFirst(destinations, cutOff);
    const heir = await world.another(ARGS);
    const load = send(destinations, [cutOff, heir]);
    // It has statuses to write when the wire is held up.
    await createReceivers(RECEIVERS, RECEIVERS + 10);
    proxy.hold();
    await leaderOf([heir]);
    expect(await leads(cutOff)).toBe(false);
    for (let i = RECEIVERS; i < RECEIVERS + 10; i++) await world.ready(nameOf(i));
    const before = await versions();
    await proxy.restore();
    const tally = await settle(context, load);
    expect(refusals(tally)).toEqual([]);
    // What was held up on its wire came before this.
    const { path = '' } = destinations[0] ?? {};
    await waitFor('its wire carries again', async () => (await world.post(path, signed({}), cutOff)).status === 200);
    expect(await versions()).toEqual(before);
    const [stopped, started] = (await leaderLines()).slice(-2);
    expect([stopped?.msg, started?.msg]).toEqual(['stopped leading', 'started leading']);
    expect(stopped?.identity).not.toBe(started?.identity);
  });
});

it('a new replica is not ready before its routes are complete', async () => {
  const destinations = await worldWithReceivers(100);
  // Returns with the first 200 of /readyz.
  const replica = await world.another(ARGS);
  const answers = await Promise.all(destinations.map(({ path }) => world.post(path, signed({}), replica)));
  expect(answers.map(({ status }) => status)).toEqual(destinations.map(() => 200));
});
