/**
 * Whether a push has arrived, and whether webhooks have stopped to come, where several replicas serve: the built operator
 * on a real API server, with a stand-in for source-controller that fetches from a small git server over HTTP.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition } from '../../operator/api/meta.ts';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { ownAddress } from '../support/own-address.ts';
import { createPeerReplicas, type PeerReplicas } from '../support/peer-replicas.ts';
import { type GitServer, startGitServer } from '../support/source-controller/git-server.ts';
import {
  type SourceControllerStandIn,
  type SourceStatus,
  startSourceControllerStandIn,
} from '../support/source-controller/stand-in.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, signed, TOKEN, type World } from '../support/world.ts';

const API_VERSION = 'source.toolkit.fluxcd.io/v1';
const ARGS = [
  ...['--shutdown-delay=0s', '--delivery-status-interval=1s'],
  ...['--enable-leader-election', '--catch-up-after=0'],
];
const MOVED = 'sluice_moved_without_webhook_total{kind="GitRepository"}';

const address = ownAddress();

describe.skipIf(address === undefined)('two replicas, with a stand-in for source-controller', () => {
  let world: World;
  let git: GitServer;
  let standIn: SourceControllerStandIn;
  let peers: PeerReplicas;
  let leader: OperatorProcess;
  let follower: OperatorProcess;
  /** Starts the one that does not lead again. */
  let startFollower: () => Promise<OperatorProcess>;
  let commits = 0;

  beforeAll(async () => {
    const controlPlane = await reusedControlPlane();
    git = await startGitServer();
    peers = await createPeerReplicas(controlPlane, address ?? { host: '', addressType: 'IPv4' }, 'sluice-follow');
    // The ServiceAccount is there once the chart is.
    world = await createWorld(controlPlane);
    standIn = startSourceControllerStandIn(controlPlane.adminKubeconfig, world.namespace);
    await world.secret('hook', { token: TOKEN });
    const starter = async (name: string) => {
      const args = [...ARGS, ...(await peers.argsOf(name))];
      return () => world.another(args, undefined, { POD_NAME: name });
    };
    const [startOne, startOther] = [await starter('sluice-v'), await starter('sluice-w')];
    leader = await startOne();
    await waitFor('it to lead', async () => (await metric(leader, 'leader_election_master_status')) === 1);
    startFollower = startOther;
    follower = await startFollower();
    await world.operator.stop();
  });
  afterAll(async () => {
    await standIn?.stop();
    await peers?.end();
    await world?.end();
    await git?.close();
  });

  /** @param series its name alone means any labels. */
  async function metric(replica: OperatorProcess, series: string): Promise<number> {
    const lines = (await (await fetch(replica.metricsUrl)).text()).split('\n');
    const line = lines.find((each) => each.startsWith(`${series} `) || each.startsWith(`${series}{`));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** The branch is at another commit. @returns the one before, and this one. */
  function commit(name: string): [before: string, now: string] {
    const hashOf = (index: number) => index.toString(16).padStart(40, 'a');
    commits += 1;
    git.push(name, 'main', hashOf(commits));
    return [hashOf(commits - 1), hashOf(commits)];
  }

  async function fetched(name: string, wanted: string): Promise<void> {
    await waitFor(`${name} at ${wanted}`, async () => {
      const { status } = await world.objects.get<{ status?: SourceStatus }>(API_VERSION, 'GitRepository', name);
      return status?.artifact?.revision.endsWith(wanted);
    });
  }

  /** A source with a Receiver, which both replicas serve. @returns what sends a push to a replica. */
  async function source(name: string, interval: string) {
    const [, first] = commit(name);
    const spec = { url: git.urlOf(name), interval, ref: { branch: 'main' } };
    await world.apply({ apiVersion: API_VERSION, kind: 'GitRepository', metadata: { name }, spec });
    await fetched(name, first);
    const resources = [{ kind: 'GitRepository', name }];
    await world.receiver(name, { type: 'github', secretRef: { name: 'hook' }, resources });
    const path = await world.ready(name);
    const forged = signed({}, 'push', 'another token');
    for (const replica of [leader, follower]) {
      await waitFor('the path', async () => (await world.post(path, forged, replica)).status === 400);
    }
    return async (to: OperatorProcess, before: string, after: string): Promise<void> => {
      const { status } = await world.post(path, signed({ ref: 'refs/heads/main', before, after }), to);
      expect(status).toBe(200);
    };
  }

  async function accepted(name: string, asked: OperatorProcess): Promise<RecordView | undefined> {
    const route = `/api/v1/receivers/${world.namespace}/${name}/deliveries?verdict=accepted`;
    return ((await (await fetch(asked.pageUrl + route)).json()) as List<RecordView>).items[0];
  }

  const delivering = (name: string, reason: string): Promise<Condition> =>
    waitFor(`the condition of ${name} to be ${reason}`, async () => {
      const condition = conditionOf(await world.read(name), 'Delivering');
      return condition?.reason === reason && condition;
    });

  /** Commits that nobody announces, found by polling one after the other, until that is said. @returns how many. */
  async function moveUntilBroken(name: string): Promise<number> {
    let moves = 0;
    while (conditionOf(await world.read(name), 'Delivering')?.reason !== 'SilentBreak') {
      moves += 1;
      await fetched(name, commit(name)[1]);
    }
    return moves;
  }

  it('follow a push where it was received, which annotates the source again, and each tells of it', async () => {
    const push = await source('app', '1h');
    git.lag('app', 2);
    const [before, after] = commit('app');
    await push(follower, before, after);
    for (const asked of [follower, leader]) {
      const record = await waitFor('the push to be fresh', async () => {
        const found = await accepted('app', asked);
        return found?.follow?.state === 'fresh' && found;
      });
      expect(record).toMatchObject({ replica: 'sluice-w', announced: { revision: after } });
      expect(record.follow?.nudges).toBeGreaterThan(0);
    }
    const nudged = 'sluice_freshness_nudges_total{outcome="fresh"}';
    expect([await metric(follower, nudged), await metric(leader, nudged)]).toEqual([1, 0]);
  });

  it('find out that webhooks stopped to come, until one comes to the one that does not lead', async () => {
    const push = await source('silent', '1s');
    const base = await metric(leader, MOVED);
    const moves = await moveUntilBroken('silent');
    const counted = (await metric(leader, MOVED)) - base;
    expect(counted).toBeGreaterThan(2);
    expect(counted).toBeLessThanOrEqual(moves);
    expect(await metric(follower, MOVED)).toBe(0);
    const [before, after] = commit('silent');
    await push(follower, before, after);
    expect(await delivering('silent', 'Delivered')).toMatchObject({ status: 'True' });
  });

  it('count for nothing what moves while one of them does not answer, or before it records again', async () => {
    const push = await source('alone', '1s');
    const [first, now] = commit('alone');
    await push(leader, first, now);
    await delivering('alone', 'Delivered');
    await follower.stop('SIGKILL');
    for (let move = 0; move < 4; move++) await fetched('alone', commit('alone')[1]);
    follower = await startFollower();
    const base = await metric(leader, MOVED);
    const moves = await moveUntilBroken('alone');
    expect(moves).toBeGreaterThan(2);
    expect((await metric(leader, MOVED)) - base).toBeLessThanOrEqual(moves);
    expect((await delivering('alone', 'SilentBreak')).message).toMatch(/; last webhook 2\S+Z; /);
  });
});
