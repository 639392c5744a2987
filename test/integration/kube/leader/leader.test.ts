import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import type { KubeClient, KubeObject } from '../../../../operator/kube/kube-client.ts';
import {
  createLeaderElection,
  type LeaderElection,
  type LeaderElectionOptions,
} from '../../../../operator/kube/leader/leader.ts';
import { microTime } from '../../../../operator/kube/micro-time.ts';
import { freshNamespace, ownControlPlane, sharedControlPlane } from '../../../support/control-plane.ts';
import { gated, kubeClientFor } from '../../../support/kube-client-for.ts';
import { waitFor } from '../../../support/wait-for.ts';

interface Lease extends KubeObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

interface Candidate {
  readonly election: LeaderElection;
  readonly identity: string;
  /** `started` and `stopped`, as they were called. */
  readonly calls: string[];
}

const NAME = 'sluice-leader-election';
let client: KubeClient;
let namespace: string;
const running: Candidate[] = [];

/** A candidate with short times, started. */
function candidate(identity: string, options: Partial<LeaderElectionOptions> = {}): Candidate {
  const calls: string[] = [];
  const election = createLeaderElection({
    client,
    namespace,
    name: NAME,
    identity,
    leaseDurationMs: 3000,
    renewDeadlineMs: 2000,
    retryPeriodMs: 200,
    releaseOnCancel: true,
    log: pino({ level: 'silent' }),
    onStartedLeading: () => void calls.push('started'),
    onStoppedLeading: () => void calls.push('stopped'),
    ...options,
  });
  election.start();
  const started = { election, identity, calls };
  running.push(started);
  return started;
}

function leasePath(name = ''): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name}`;
}

function readLease(): Promise<Lease> {
  return client.request({ method: 'GET', path: leasePath(`/${NAME}`) });
}

function patchLease(spec: object): Promise<Lease> {
  const contentType = 'application/merge-patch+json';
  return client.request({ method: 'PATCH', path: leasePath(`/${NAME}`), contentType, body: { spec } });
}

function isLeading({ calls }: Candidate): boolean {
  return calls.at(-1) === 'started';
}

function leads(one: Candidate): Promise<boolean> {
  return waitFor('a leader', () => isLeading(one));
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ election }) => election.stop()));
});

describe('on a healthy API server', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await sharedControlPlane();
    client = kubeClientFor(controlPlane.adminKubeconfig);
  });

  beforeEach(async () => {
    namespace = await freshNamespace(controlPlane);
  });

  afterAll(() => client.close());

  it('a lone candidate leads, and says so in the Lease as client-go does', async () => {
    const only = candidate('a');
    await leads(only);
    expect(only.calls).toEqual(['started']);
    const { spec } = await readLease();
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 3,
      leaseTransitions: 0,
      acquireTime: time,
      renewTime: time,
    });
  });

  it('a leader renews, and keeps the time at which it began', async () => {
    await leads(candidate('a'));
    const first = (await readLease()).spec;
    const later = await waitFor('a renewal', async () => {
      const { spec } = await readLease();
      return spec.renewTime !== first.renewTime && spec;
    });
    expect(later).toEqual({ ...first, renewTime: later.renewTime });
  });

  it('a second one waits until the first releases the Lease', async () => {
    const first = candidate('a');
    await leads(first);
    const second = candidate('b');
    for (let renewals = 0; renewals < 3; renewals += 1) {
      const { renewTime } = (await readLease()).spec;
      await waitFor('a renewal', async () => (await readLease()).spec.renewTime !== renewTime);
    }
    expect(second.calls).toEqual([]);
    await first.election.stop();
    expect(first.calls).toEqual(['started', 'stopped']);
    await leads(second);
    expect((await readLease()).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('a released Lease names nobody', async () => {
    const only = candidate('a');
    await leads(only);
    await only.election.stop();
    expect(only.calls).toEqual(['started', 'stopped']);
    expect((await readLease()).spec).toMatchObject({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 0,
    });
  });

  it('one that must not release leaves the Lease, and the next waits for its end', async () => {
    const first = candidate('a', { releaseOnCancel: false });
    await leads(first);
    await first.election.stop();
    expect((await readLease()).spec.holderIdentity).toBe('a');
    const second = candidate('b');
    await leads(second);
    expect((await readLease()).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('of three, never two lead at a time, however often the leader goes', async () => {
    const leading = new Set<string>();
    let most = 0;
    let left = ['a', 'b', 'c'].map((identity) =>
      candidate(identity, {
        onStartedLeading() {
          leading.add(identity);
          most = Math.max(most, leading.size);
        },
        onStoppedLeading: () => void leading.delete(identity),
      }),
    );
    while (left.length > 0) {
      const leader = await waitFor('a leader', () => left.find(({ identity }) => leading.has(identity)));
      await leader.election.stop();
      left = left.filter((other) => other !== leader);
    }
    expect(most).toBe(1);
    expect(leading.size).toBe(0);
    expect((await readLease()).spec.leaseTransitions).toBe(2);
  });

  it('a holder of another make is waited for as long as it renews, by its own lease duration', async () => {
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: NAME, labels: { made: 'elsewhere' } },
      // Its clock is an hour behind, which must mean nothing.
      spec: {
        holderIdentity: 'other',
        // Long enough that it does not end between two renewals on a busy machine.
        leaseDurationSeconds: 6,
        renewTime: microTime(Date.now() - 3_600_000),
        leaseTransitions: 7,
      },
    };
    await client.request({ method: 'POST', path: leasePath(), body });
    const waits = candidate('a');
    for (let renewal = 0; renewal < 6; renewal += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await patchLease({ renewTime: microTime(Date.now() - 3_600_000) });
      expect(waits.calls).toEqual([]);
    }
    await leads(waits);
    const lease = await readLease();
    expect(lease.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 8 });
    expect(lease.metadata.labels).toEqual({ made: 'elsewhere' });
  });

  it('a leader whose Lease another one took stops at its next renewal', async () => {
    const first = candidate('a');
    await leads(first);
    await patchLease({ holderIdentity: 'thief', leaseDurationSeconds: 3600 });
    await waitFor('the end of the leadership', () => first.calls.length === 2);
    expect(first.calls).toEqual(['started', 'stopped']);
    await first.election.stop();
    expect((await readLease()).spec.holderIdentity).toBe('thief');
  });

  it('a leader whose Lease was written to by others goes on', async () => {
    const first = candidate('a');
    await leads(first);
    const before = (await readLease()).spec;
    const contentType = 'application/merge-patch+json';
    const body = { metadata: { labels: { touched: 'yes' } } };
    await client.request({ method: 'PATCH', path: leasePath(`/${NAME}`), contentType, body });
    await waitFor('a renewal', async () => (await readLease()).spec.renewTime !== before.renewTime);
    expect((await readLease()).metadata.labels).toEqual({ touched: 'yes' });
    expect(first.calls).toEqual(['started']);
  });

  it('a deleted Lease is made again', async () => {
    const first = candidate('a');
    await leads(first);
    await client.request({ method: 'DELETE', path: leasePath(`/${NAME}`) });
    await waitFor('the Lease', async () => (await readLease()).spec.holderIdentity === 'a');
    await leads(first);
  });

  it('a leader whose requests hang stops at its deadline, and leads again when they no longer do', async () => {
    const gate = gated(client);
    const first = candidate('a', { client: gate });
    await leads(first);
    gate.hold(() => true);
    await waitFor('a request that hangs', () => gate.held > 0);
    await waitFor('the end of the leadership', () => first.calls.length === 2);
    expect(first.calls).toEqual(['started', 'stopped']);
    gate.open();
    await leads(first);
    expect(first.calls).toEqual(['started', 'stopped', 'started']);
  });

  it('one that stops before it ever led calls nobody and holds nothing', async () => {
    const first = candidate('a');
    await leads(first);
    const second = candidate('b');
    await second.election.stop();
    expect(second.calls).toEqual([]);
    expect((await readLease()).spec.holderIdentity).toBe('a');
  });
});

describe('times that do not fit each other', () => {
  it.each([
    ['a lease as long as the renew deadline', { leaseDurationMs: 2000, renewDeadlineMs: 2000 }],
    ['a lease that is longer by less than a second only', { leaseDurationMs: 2900, renewDeadlineMs: 2500 }],
    ['a renew deadline that leaves no time for a retry', { renewDeadlineMs: 2000, retryPeriodMs: 1900 }],
    ['a lease of less than a second', { leaseDurationMs: 500, renewDeadlineMs: 400, retryPeriodMs: 100 }],
    ['no retry period', { retryPeriodMs: 0 }],
  ])('%s', (_what, times) => {
    expect(() => candidate('a', times)).toThrow(RangeError);
  });
});

describe('when the API server dies', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await ownControlPlane({ controllerManager: false });
    client = kubeClientFor(controlPlane.adminKubeconfig);
    namespace = await freshNamespace(controlPlane);
  });

  afterAll(async () => {
    await client.close();
    await controlPlane.stop();
  });

  it('the leader stops at its deadline, and one leads again when the API server is back', async () => {
    const first = candidate('a');
    await leads(first);
    const second = candidate('b');
    await controlPlane.killApiServer();
    await waitFor('the end of the leadership', () => first.calls.length === 2);
    expect(first.calls).toEqual(['started', 'stopped']);
    expect(second.calls).toEqual([]);
    await controlPlane.startApiServer();
    await waitFor('one leader', () => isLeading(first) !== isLeading(second));
  });
});
