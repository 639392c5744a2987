/**
 * One Lease, two makes of candidates: ours, and the leader election of client-go as kube-controller-manager runs it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findControlPlane } from '../../../../control-plane/build.ts';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import type { KubeClient } from '../../../../operator/kube/kube-client.ts';
import { createLeaderElection } from '../../../../operator/kube/leader/leader.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { kubeClientFor } from '../../../support/kube-client-for.ts';
import { waitFor } from '../../../support/wait-for.ts';

const NAME = 'shared-lease';
let controlPlane: ControlPlane;
let client: KubeClient;
let namespace: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  client = kubeClientFor(controlPlane.adminKubeconfig);
  namespace = await freshNamespace(controlPlane);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await client.close();
});

async function readSpec(): Promise<{ holderIdentity: string; renewTime: string; leaseTransitions: number }> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${NAME}`;
  return (
    await client.request<{ spec: { holderIdentity: string; renewTime: string; leaseTransitions: number } }>({
      method: 'GET',
      path,
    })
  ).spec;
}

function ours() {
  const calls: string[] = [];
  const election = createLeaderElection({
    client,
    namespace,
    name: NAME,
    identity: 'ours',
    leaseDurationMs: 4000,
    renewDeadlineMs: 3000,
    retryPeriodMs: 300,
    releaseOnCancel: true,
    log: pino({ level: 'silent' }),
    onStartedLeading: () => void calls.push('started'),
    onStoppedLeading: () => void calls.push('stopped'),
  });
  election.start();
  return { election, calls };
}

/** Starts a kube-controller-manager that competes for the Lease and, should it lead, does next to nothing. */
function theirs([file, ...leadingArgs]: readonly [string, ...string[]]): { child: ChildProcess; log(): string } {
  const args = [
    `--kubeconfig=${controlPlane.adminKubeconfig}`,
    '--controllers=clusterrole-aggregation-controller',
    '--secure-port=0',
    '--leader-elect=true',
    `--leader-elect-resource-namespace=${namespace}`,
    `--leader-elect-resource-name=${NAME}`,
    '--leader-elect-lease-duration=4s',
    '--leader-elect-renew-deadline=3s',
    '--leader-elect-retry-period=300ms',
  ];
  const child = spawn(file, [...leadingArgs, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  controlPlane.guard(child);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  return { child, log: () => log };
}

describe('a Lease shared with client-go', () => {
  it('is left to whoever holds it, passes on when it is released, and when its holder dies', async ({ skip }) => {
    const own = process.env.SLUICE_TEST_KUBECONFIG === undefined;
    const command = own ? (await findControlPlane(() => {})).kubeControllerManager : undefined;
    if (command === undefined) return skip('there is no kube-controller-manager here');
    const first = ours();
    await waitFor('our leadership', () => first.calls.length > 0);
    const other = theirs(command);
    await waitFor('its first attempt', () => other.log().includes('Attempting to acquire leader lease'));
    for (let renewals = 0; renewals < 5; renewals += 1) {
      const { renewTime } = await readSpec();
      await waitFor('our renewal', async () => (await readSpec()).renewTime !== renewTime);
    }
    expect((await readSpec()).holderIdentity).toBe('ours');
    expect(first.calls).toEqual(['started']);

    await first.election.stop();
    await waitFor('its leadership', async () => !['ours', ''].includes((await readSpec()).holderIdentity));
    expect((await readSpec()).leaseTransitions).toBe(1);

    const second = ours();
    const held = await readSpec();
    await waitFor('its renewals', async () => (await readSpec()).renewTime !== held.renewTime);
    expect(second.calls).toEqual([]);

    other.child.kill('SIGKILL');
    await waitFor('our leadership', () => second.calls.length > 0);
    expect(await readSpec()).toMatchObject({ holderIdentity: 'ours', leaseTransitions: 2 });
    await second.election.stop();
  });
});
