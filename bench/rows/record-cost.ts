/**
 * What it costs to remember a webhook, without anything around it: CPU of the functions that the operator calls once it has
 * answered, in this process. Unlike the difference of two floods it hardly depends on what else the machine does.
 */
import { startFollower } from '../../operator/deliveries/follow/follower.ts';
import { createJournal } from '../../operator/deliveries/records/journal.ts';
import { addTarget, createTargetOutcomes } from '../../operator/deliveries/records/target-outcomes.ts';
import type { AnsweredRequest } from '../../operator/http/endpoint.ts';
import type { ServedRoute } from '../../operator/receivers/judge-request.ts';
import { createWebhookRecorder } from '../../operator/receivers/record-webhook.ts';
import type { Route } from '../../operator/receivers/route.ts';
import { github } from '../../operator/webhooks/github.ts';
import type { Row } from '../row.ts';
import { medianOf } from '../stage/process-facts.ts';
import { forged, genuine } from '../stage/webhook.ts';

const WARM_UP = 50_000;
const CALLS = 200_000;
const ROUNDS = 5;
const clock = { now: () => Date.now() };

/** @returns the median CPU of one call, in µs. */
function cpuUsOf(call: () => void): number {
  for (let count = 0; count < WARM_UP; count += 1) call();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let count = 0; count < CALLS; count += 1) call();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / CALLS;
  });
  return medianOf(rounds);
}

const route: Route = {
  ...{ key: 'bench/receiver', namespace: 'bench', name: 'receiver', uid: 'uid', createdAt: '' },
  ...{ type: github, serving: undefined, credential: 'token' },
};

/** As the server makes one for each request: the headers are of their own. */
function answered(status: number, headers: Readonly<Record<string, string>>, code?: AnsweredRequest['code']) {
  const head = { method: 'POST', headers: { ...headers } };
  return { path: '/hook/a', head, status, code, ms: 1.5, bytes: genuine.body.length, sender: () => '10.1.2.3' };
}

function costs(follows: boolean): { acceptedUs: number; forgedUs: number } {
  const journal = createJournal({ maxRecords: 5_000, clock });
  const recorder = createWebhookRecorder({
    ...{ journal, clock, bodies: { keep() {} } },
    routes: { find: () => route, findByKey: () => route, findWithdrawn: () => undefined },
  });
  if (recorder === undefined) throw new Error('nothing is recorded');
  if (follows) startFollower(followerOptions(journal));
  const served = { route, type: github } as ServedRoute;
  const accept = (): void => {
    const account = createTargetOutcomes();
    addTarget(account, { kind: 'GitRepository', namespace: 'bench', name: 'receiver' }, 'annotated', {
      requestedAt: '2026-11-26T10:00:00.000Z',
    });
    const announced = github.announced?.({
      ...answered(200, genuine.headers).head,
      rawHeaders: [],
      body: genuine.body,
    });
    recorder.answered(served, { account, ...(announced && { announced }) }, answered(200, genuine.headers));
  };
  const refuse = () => recorder.answered(served, {}, answered(400, forged.headers, 'SignatureMismatch'));
  return { acceptedUs: cpuUsOf(accept), forgedUs: cpuUsOf(refuse) };
}

/** One target, which lags. */
function followerOptions(journal: Parameters<typeof startFollower>[0]['journal']): Parameters<typeof startFollower>[0] {
  const observed = {
    ...{ requestedAt: undefined, lastHandledReconcileAt: undefined, artifactAt: undefined, message: undefined },
    ...({ revision: 'main@sha1:0', ready: 'True', suspended: false, trackedRef: 'refs/heads/main' } as const),
    ...{ sourceRef: undefined, applied: undefined },
  };
  const type = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
  return {
    journal,
    watches: { find: () => ({ type, observed }), observed: () => [], subscribe: () => undefined },
    guard: { look() {}, forget() {}, onNudged() {}, stop() {} },
    metrics: { artifact() {}, applied() {} },
    ...{ mode: 'sources', maxTargets: 5_000, clock },
  };
}

export const recordCost: Row = {
  name: 'record-cost',
  title: 'a webhook remembered, on its own',
  receivers: 0,
  figures: [
    { name: 'acceptedUs', title: 'accepted, CPU µs', original: undefined, target: 5 },
    { name: 'followedUs', title: 'accepted and followed, CPU µs', original: undefined, target: 5 },
    { name: 'forgedUs', title: 'forged, CPU µs', original: undefined, target: 1 },
  ],
  async measure() {
    const { acceptedUs, forgedUs } = costs(false);
    return { acceptedUs, forgedUs, followedUs: costs(true).acceptedUs };
  },
};
