/**
 * Whether a push has arrived: the built operator on a real API server, with a stand-in for source-controller that fetches
 * from a small git server over HTTP.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
  type BrokerReceiver,
} from '../../operator/api/broker-receiver/broker-receiver.ts';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { Follow } from '../../operator/deliveries/records/record.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import type { KubeObject } from '../../operator/kube/kube-client.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { type GitServer, startGitServer } from '../support/source-controller/git-server.ts';
import {
  type SourceControllerStandIn,
  type SourceStatus,
  startSourceControllerStandIn,
} from '../support/source-controller/stand-in.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, signed, TOKEN, type World } from '../support/world.ts';

const API_VERSION = 'source.toolkit.fluxcd.io/v1';
const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

let world: World;
let git: GitServer;
let standIn: SourceControllerStandIn;

beforeAll(async () => {
  git = await startGitServer();
  world = await createWorld(await reusedControlPlane(), {
    args: ['--shutdown-delay=0s', '--delivery-status-interval=1s'],
  });
  standIn = startSourceControllerStandIn(world.controlPlane.adminKubeconfig, world.namespace);
  await world.secret('hook', { token: TOKEN });
});

afterAll(async () => {
  await standIn?.stop();
  await world?.end();
  await git?.close();
});

const statusOf = async (name: string): Promise<SourceStatus> =>
  (await world.objects.get<{ status?: SourceStatus }>(API_VERSION, 'GitRepository', name)).status ?? {};

/** A source at {@link FIRST}, and a Receiver for it. @returns what sends a push of it. */
async function source(name: string, spec: object = {}, receiver: object = {}) {
  git.push(name, 'main', FIRST);
  const metadata = { name };
  const full = { url: git.urlOf(name), interval: '1h', ref: { branch: 'main' }, ...spec };
  await world.apply({ apiVersion: API_VERSION, kind: 'GitRepository', metadata, spec: full });
  await waitFor(`an artifact of ${name}`, async () => (await statusOf(name)).artifact !== undefined);
  const resources = [{ kind: 'GitRepository', name }];
  await world.receiver(name, { type: 'github', secretRef: { name: 'hook' }, resources, ...receiver });
  const path = await world.ready(name);
  return async (before: string, after: string, ref = 'refs/heads/main'): Promise<string> => {
    const id = crypto.randomUUID();
    const { body, headers } = signed({ ref, before, after });
    const { status } = await world.post(path, { body: body ?? '', headers: { ...headers, 'x-github-delivery': id } });
    expect(status).toBe(200);
    return id;
  };
}

async function records(name: string): Promise<readonly RecordView[]> {
  const route = `/api/v1/receivers/${world.namespace}/${name}/deliveries`;
  return ((await (await fetch(world.operator.pageUrl + route)).json()) as List<RecordView>).items;
}

async function followOf(name: string, id: string): Promise<Follow | undefined> {
  return (await records(name)).find(({ providerId }) => providerId === id)?.follow;
}

const reaches = (name: string, id: string, state: Follow['state']) =>
  waitFor(`the push to ${name} to be ${state}`, async () => {
    const follow = await followOf(name, id);
    return follow?.state === state && follow;
  });

async function metric(series: string): Promise<number> {
  const lines = (await (await fetch(world.operator.metricsUrl)).text()).split('\n');
  return Number(
    lines
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );
}

describe('a push, with a stand-in for source-controller', () => {
  it('is fresh when the artifact is of the commit that was announced', async () => {
    const push = await source('arrives');
    git.push('arrives', 'main', SECOND);
    const id = await push(FIRST, SECOND);
    const follow = await reaches('arrives', id, 'fresh');
    expect(follow).toMatchObject({ revision: `main@sha1:${SECOND}` });
    expect([follow.handledAt, follow.artifactAt]).toEqual([expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)]);
    const [record] = await records('arrives');
    expect(record).toMatchObject({
      announced: { ref: 'refs/heads/main', before: FIRST, revision: SECOND },
      targets: [{ ref: `GitRepository/${world.namespace}/arrives`, outcome: 'annotated', follow: { state: 'fresh' } }],
    });
    expect(await metric('sluice_push_to_artifact_seconds_count{kind="GitRepository"}')).toBeGreaterThan(0);
  });

  it('that the git server does not show yet is lagging; the source is annotated again, and is fresh', async () => {
    const push = await source('lags');
    git.lag('lags', 2);
    git.push('lags', 'main', SECOND);
    const id = await push(FIRST, SECOND);
    const follow = await reaches('lags', id, 'fresh');
    expect(follow.nudges).toBeGreaterThan(0);
    const [record] = await records('lags');
    expect(await world.requestedAt('GitRepository', 'lags')).not.toBe(record?.targets[0]?.requestedAt);
    expect(await metric('sluice_freshness_nudges_total{outcome="fresh"}')).toBeGreaterThan(0);
  });

  it('that the git server never shows ends with an Event', async () => {
    const push = await source('never', {}, { follow: { within: '10s' } });
    git.lag('never');
    git.push('never', 'main', SECOND);
    const id = await push(FIRST, SECOND);
    const event = await waitFor('an Event', async () =>
      (await world.events('never')).find(({ reason }) => reason === 'RevisionNotSeen'),
    );
    expect(event.type).toBe('Warning');
    expect(event.note).toContain(`GitRepository ${world.namespace}/never still has the revision before`);
    expect((await followOf('never', id))?.state).toBe('lagging');
  });

  it('is left alone where the Receiver says so', async () => {
    const push = await source('alone', {}, { follow: { fresh: false } });
    git.lag('alone');
    git.push('alone', 'main', SECOND);
    const id = await push(FIRST, SECOND);
    await reaches('alone', id, 'lagging');
    git.catchUp('alone');
    const next = await push(SECOND, THIRD);
    // The server has the second commit, which is not the one of this push.
    expect((await reaches('alone', next, 'lagging')).nudges).toBeUndefined();
    expect(await followOf('alone', id)).toMatchObject({ state: 'superseded' });
  });

  it('fails with the words of the source', async () => {
    const push = await source('fails');
    git.fail('fails');
    const id = await push(FIRST, SECOND);
    const { message } = await reaches('fails', id, 'failed');
    expect(message).toBe('failed to checkout and determine revision: unable to list remote: 503');
  });

  it('to a suspended source is suspended, though it marks the request as handled and stays Ready', async () => {
    const push = await source('sleeps');
    const spec = { url: git.urlOf('sleeps'), interval: '1h', ref: { branch: 'main' }, suspend: true };
    await world.apply({ apiVersion: API_VERSION, kind: 'GitRepository', metadata: { name: 'sleeps' }, spec });
    git.push('sleeps', 'main', SECOND);
    const id = await push(FIRST, SECOND);
    const requestedAt = await world.requestedAt('GitRepository', 'sleeps');
    const status = await waitFor('the request to be handled', async () => {
      const now = await statusOf('sleeps');
      return now.lastHandledReconcileAt === requestedAt && now;
    });
    expect(status.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
    expect(await reaches('sleeps', id, 'suspended')).toMatchObject({ revision: `main@sha1:${FIRST}` });
  });

  it('is superseded by the next one', async () => {
    const push = await source('hurries');
    git.lag('hurries');
    git.push('hurries', 'main', SECOND);
    const first = await push(FIRST, SECOND);
    await reaches('hurries', first, 'lagging');
    git.push('hurries', 'main', THIRD);
    git.catchUp('hurries');
    const second = await push(SECOND, THIRD);
    await reaches('hurries', second, 'fresh');
    await reaches('hurries', first, 'superseded');
  });

  it('to another branch, or of a sender that names none, is not followed', async () => {
    const push = await source('elsewhere');
    expect(await reaches('elsewhere', await push(FIRST, SECOND, 'refs/heads/other'), 'unfollowed')).toBeTruthy();
    const resources = [{ kind: 'GitRepository', name: 'elsewhere' }];
    await world.receiver('says-nothing', { type: 'generic', secretRef: { name: 'hook' }, resources });
    const { status } = await world.post(await world.ready('says-nothing'));
    expect(status).toBe(200);
    expect(await records('says-nothing')).toMatchObject([{ follow: { state: 'unfollowed' } }]);
  });

  it('is followed by labels and filters on the object too, through one watch', async () => {
    const filter = "res.metadata.labels.team == 'a'";
    const selects = { resources: [{ kind: 'GitRepository', name: '*', matchLabels: { chosen: 'yes' }, filter }] };
    const push = await source('chosen', {}, selects);
    await world.kubectl('label', 'gitrepository', 'chosen', 'chosen=yes', 'team=a');
    git.push('chosen', 'main', SECOND);
    const id = await waitFor('the label to be seen', async () => {
      const sent = await push(FIRST, SECOND);
      const found = (await records('chosen')).find(({ providerId }) => providerId === sent);
      return found?.targets[0]?.outcome === 'annotated' && sent;
    });
    await reaches('chosen', id, 'fresh');
  });
});

describe('a source that moves without webhooks, with a stand-in for source-controller', () => {
  it('is found out after three commits, until a webhook comes', async () => {
    const push = await source('silent', { interval: '1s' });
    const delivering = (reason: string) =>
      waitFor(`the condition to be ${reason}`, async () => {
        const condition = conditionOf(await world.read('silent'), 'Delivering');
        return condition?.reason === reason && condition;
      });
    await world.apply({
      apiVersion: BROKER_RECEIVER_API_VERSION,
      kind: BROKER_RECEIVER_KIND,
      metadata: { name: 'silent' },
      spec: {
        type: 'nats',
        nats: { servers: ['nats://127.0.0.1:1'], stream: 'S', consumer: 'c' },
        resources: [{ kind: 'GitRepository', name: 'silent' }],
      },
    });
    const ofBroker = (reason: string) =>
      waitFor(`the condition of the BrokerReceiver to be ${reason}`, async () => {
        const { status } = await world.objects.get<BrokerReceiver>(
          BROKER_RECEIVER_API_VERSION,
          BROKER_RECEIVER_KIND,
          'silent',
        );
        const condition = status?.conditions?.find(({ type }) => type === 'Delivering');
        return condition?.reason === reason && condition.message;
      });
    await ofBroker('NoneYet');
    let commits = 0;
    while (conditionOf(await world.read('silent'), 'Delivering')?.reason !== 'SilentBreak') {
      commits += 1;
      const commit = commits.toString(16).padStart(40, 'a');
      git.push('silent', 'main', commit);
      await waitFor(`commit ${commit}`, async () => (await statusOf('silent')).artifact?.revision.endsWith(commit));
    }
    expect(commits).toBeGreaterThan(2);
    const { status, message } = await delivering('SilentBreak');
    expect(status).toBe('False');
    expect(message.replace(/^\d+/, 'n')).toBe(
      `n commits of GitRepository ${world.namespace}/silent were found by polling; no webhook is known; ` +
        "look at the sender's hook page",
    );
    expect(await metric('sluice_moved_without_webhook_total{kind="GitRepository"}')).toBeGreaterThan(2);
    await waitFor('an Event', async () =>
      (await world.events('silent')).some(({ reason }) => reason === 'SilentBreak'),
    );
    expect(await ofBroker('SilentBreak')).toContain('; no message is known; look whether the sender still publishes');
    await push(FIRST, SECOND);
    expect(await delivering('Delivered')).toMatchObject({ status: 'True' });
    // The source moves no longer by itself.
    expect(await ofBroker('NoneYet')).toContain('No message has arrived yet');
  });
});

describe('with --follow=applied, and a stand-in for source-controller', () => {
  it('a push is followed to where the source is applied', async () => {
    await world.restart(['--shutdown-delay=0s', '--follow=applied']);
    const push = await source('applied');
    const kustomization = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' } as const;
    const sourceRef = { kind: 'GitRepository', name: 'applied' };
    await world.apply({ ...kustomization, metadata: { name: 'applied' }, spec: { sourceRef } });
    const apply = (commit: string) =>
      world.objects.status(kustomization.apiVersion, kustomization.kind, 'applied', {
        lastAppliedRevision: `main@sha1:${commit}`,
      });
    await apply(FIRST);
    git.push('applied', 'main', SECOND);
    const id = await push(FIRST, SECOND);
    expect(await reaches('applied', id, 'fresh')).not.toHaveProperty('appliedAt');
    await apply(SECOND);
    await waitFor('the push to be applied', async () => (await followOf('applied', id))?.appliedAt !== undefined);
    expect(await metric('sluice_push_to_applied_seconds_count{kind="GitRepository"}')).toBe(1);
    const object = await world.objects.get<KubeObject>(API_VERSION, 'GitRepository', 'applied');
    expect(object.metadata.annotations?.[REQUESTED_AT_ANNOTATION]).toBeDefined();
  });
});
