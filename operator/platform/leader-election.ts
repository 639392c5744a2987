import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { LEASE } from '../api/installation.ts';
import type { Config } from '../config.ts';
import { createLeaderElection, type LeaderElection } from '../kube/leader/leader.ts';
import type { LeaseBefore } from '../kube/leader/lease.ts';
import type { Operator } from './operator.ts';

/** The election that decides which replica writes; undefined when it is switched off, and every process leads. */
export function leaderElection(config: Config, operator: Operator): LeaderElection | undefined {
  if (!config.enableLeaderElection) return undefined;
  const { client, log, metrics } = operator;
  const onChange = (leads: boolean) => (before?: LeaseBefore) => {
    metrics.leaderElectionMasterStatus.set({ name: LEASE }, leads ? 1 : 0);
    operator.leadershipChanged(leads, before);
  };
  onChange(false)();
  return createLeaderElection({
    client,
    namespace: config.runtimeNamespace,
    name: LEASE,
    identity: `${hostname()}_${randomUUID()}`,
    leaseDurationMs: config.leaderElectionLeaseDurationMs,
    renewDeadlineMs: config.leaderElectionRenewDeadlineMs,
    retryPeriodMs: config.leaderElectionRetryPeriodMs,
    releaseOnCancel: config.leaderElectionReleaseOnCancel,
    onStartedLeading: onChange(true),
    onStoppedLeading: onChange(false),
    log,
  });
}
