/** How long what filters see is held: a parsed body is large, and the API server takes its time. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { sharedProgram } from '../../../cel/cel.ts';
import { createKeptBodies } from '../../../operator/deliveries/bodies/kept-bodies.ts';
import { createJournal } from '../../../operator/deliveries/records/journal.ts';
import { ConnectionError } from '../../../operator/kube/api-error.ts';
import { createReceiverEndpoint } from '../../../operator/receivers/admit.ts';
import type { Applied } from '../../../operator/receivers/annotator.ts';
import { createNotifier } from '../../../operator/receivers/notify.ts';
import type { Job } from '../../../operator/receivers/pending.ts';
import type { Route, Serving } from '../../../operator/receivers/route.ts';
import { type SelectedTarget, selectedTargets } from '../../../operator/receivers/selected-targets.ts';
import type { TargetEntry } from '../../../operator/receivers/target-entry.ts';
import { generic } from '../../../operator/webhooks/generic.ts';
import type { Verified } from '../../../operator/webhooks/webhook-type.ts';
import { heldBytes } from '../../support/held-bytes.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { PATCHED } from './patched.ts';

const JSON_HEAD = { method: 'POST', headers: { 'content-type': 'application/json' }, rawHeaders: [] };
const KEPT = { settled: new Promise<never>(() => undefined) };

function anEntry(name: string): TargetEntry {
  const type = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' };
  const nothing = { fault: undefined, matchLabels: undefined, filter: undefined, needsMetadata: false };
  return { field: 'spec.resources[0]', ...type, ...nothing, namespace: 'apps', name };
}

function selected({ kind, namespace, name }: TargetEntry): SelectedTarget {
  const type = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
  return { type, kind, namespace, name, metadata: undefined };
}

/** Every selection and every PATCH waits until the test answers it; the filter notes what it sees, and holds none of it. */
function setUp(verified: Verified | Promise<Verified> = {}) {
  const selections = new Map<string, PromiseWithResolvers<readonly SelectedTarget[]>>();
  const patches: PromiseWithResolvers<Applied>[] = [];
  const jobs: Job[] = [];
  const seen: { readonly ref: unknown; readonly held: WeakRef<object> }[] = [];
  const evaluate = ({ req }: Readonly<Record<string, unknown>>): boolean => {
    const input = req as { readonly ref: unknown };
    seen.push({ ref: input.ref, held: new WeakRef(input) });
    return true;
  };
  const entries = [anEntry('a'), anEntry('b')];
  const serving: Serving = {
    verifier: { head: () => () => verified },
    events: undefined,
    filter: { reads: new Set(['req']), evaluate },
    acceptsUnlisted: false,
    filtered: true,
    readsRequest: true,
    entries,
  };
  const key = { key: 'apps/web', namespace: 'apps', name: 'web', uid: 'u1', createdAt: '2026-01-01T00:00:00Z' };
  const route: Route = { ...key, type: generic, serving };
  const notifier = createNotifier({
    targets: {
      select(entry) {
        const selection = Promise.withResolvers<readonly SelectedTarget[]>();
        selections.set(entry.name, selection);
        return selection.promise.then(selectedTargets);
      },
    },
    annotator: {
      request() {
        const patch = Promise.withResolvers<Applied>();
        patches.push(patch);
        return patch.promise;
      },
      annotate: async () => PATCHED,
      size: 0,
    },
    pending: {
      size: 0,
      oldestAgeSeconds: 0,
      find: () => undefined,
      settle: () => undefined,
      wake: () => undefined,
      flush: async () => 0,
      keep(job) {
        jobs.push(job);
        return KEPT;
      },
    },
    reports: { failed: () => undefined },
    sameNamespaceOnly: false,
    clock: createManualClock(),
  });
  const routes = { find: () => route } as unknown as Parameters<typeof createReceiverEndpoint>[0]['routes'];
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 100, clock });
  const endpoint = createReceiverEndpoint({
    clock,
    journal,
    bodies: createKeptBodies({ journal, maxBytes: 0, clock }),
    routes,
    isComplete: () => true,
    notifier,
    events: { record: () => undefined },
    log: pino({ level: 'silent' }),
  });
  const serve = endpoint.admit('/hook/x', 'POST').head(JSON_HEAD);
  const choose = (index: number) => {
    const entry = entries[index] as TargetEntry;
    selections.get(entry.name)?.resolve([selected(entry)]);
  };
  return { serve, choose, selections, patches, jobs, seen, notifier, route, serving };
}

describe('what filters see', () => {
  it.each<[how: string, verified: () => Verified | Promise<Verified>]>([
    ['at once', () => ({})],
    ['later', async () => ({})],
  ])('is let go while the targets are annotated, where the proof is judged %s', async (_how, verified) => {
    const { serve, choose, patches, seen } = setUp(verified());
    // The server holds the bytes until the request has its answer.
    const body = Buffer.from('{"ref":"main"}');
    const status = serve(body);
    await nextTurn();
    choose(0);
    await nextTurn();
    choose(1);
    await expect.poll(() => patches.length).toBe(2);
    expect(seen.map(({ ref }) => ref)).toEqual(['main', 'main']);
    await nextTurn();
    heldBytes();
    expect(seen.map(({ held }) => held.deref())).toEqual([undefined, undefined]);
    for (const patch of patches) patch.resolve(PATCHED);
    expect(await status).toBe(200);
    expect(body.toString()).toBe('{"ref":"main"}');
  });

  it('is kept for entries whose targets could not be selected while the API server was away', async () => {
    const { serve, selections, choose, jobs, seen } = setUp();
    const status = serve(Buffer.from('{"ref":"main"}'));
    await nextTurn();
    for (const { reject } of selections.values()) reject(new ConnectionError('away'));
    expect(await status).toBe(202);
    expect(seen).toEqual([]);
    const attempts = jobs.map((job) => job.attempt());
    choose(0);
    choose(1);
    expect(await Promise.all(attempts)).toEqual(['done', 'done']);
    expect(seen.map(({ ref }) => ref)).toEqual(['main', 'main']);
  });
});

describe('a notification that has filters and nothing that they could see', () => {
  it('fails, and notifies no target', async () => {
    const { notifier, route, serving, choose, patches } = setUp();
    const filter = sharedProgram("req.ref == 'main'", { variables: { req: 'map(string, dyn)' }, result: 'bool' });
    const notification = { route, serving: { ...serving, filter }, input: undefined, bytes: 0, startedMs: 0 };
    const notified = notifier.notify(notification);
    choose(0);
    choose(1);
    await expect(notified).rejects.toMatchObject({ code: 'FilterFailed' });
    expect(patches).toEqual([]);
  });
});
