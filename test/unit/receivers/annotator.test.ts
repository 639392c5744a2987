import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';
import { type Applied, type Away, createAnnotator, type Target } from '../../../operator/receivers/annotator.ts';
import { createPending } from '../../../operator/receivers/pending.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const AWAY = new ConnectionError('away');
const WAIT_MS = 4_500;
/** After the first failure. */
const RETRIED_MS = 100;
const target: Target = {
  type: { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true },
  kind: 'GitRepository',
  namespace: 'apps',
  name: 'web',
};

/** Each request waits until the test answers it: undefined for success. */
function setUp(maxJobs = 10) {
  const clock = createManualClock();
  const open: { request: KubeRequest; answer(error?: Error): void }[] = [];
  const client = {
    request: (request: KubeRequest) =>
      new Promise((resolve, reject) => {
        open.push({ request, answer: (error) => (error === undefined ? resolve({}) : reject(error)) });
      }),
  } as unknown as KubeClient;
  const log = pino({ level: 'silent' });
  const metrics = { pending: () => undefined, abandoned: () => undefined };
  const pending = createPending({ maxJobs, maxBytes: 1_000, log, metrics, clock, random: () => 0.5 });
  const coalesced: number[] = [];
  const annotator = createAnnotator({ client, pending, clock, onCoalesced: () => coalesced.push(1) });
  return { clock, open, pending, annotator, coalesced, targets: () => annotator.size };
}

function shown(applied: Applied | Away): 'applied' | 'kept' | 'away' {
  if ('away' in applied) return 'away';
  return 'settled' in applied ? 'kept' : 'applied';
}

describe('the annotator', () => {
  it('sends one PATCH with one annotation, and leaves no timer', async () => {
    const { annotator, open, clock } = setUp();
    const applied = annotator.request(target, WAIT_MS);
    expect(open).toHaveLength(1);
    expect(open[0]?.request).toMatchObject({
      method: 'PATCH',
      path: '/apis/source.toolkit.fluxcd.io/v1/namespaces/apps/gitrepositories/web',
      contentType: 'application/merge-patch+json',
    });
    open[0]?.answer();
    expect(shown(await applied)).toBe('applied');
    expect(clock.pendingTimers).toBe(0);
  });

  it('shares the next PATCH between those that come while one is under way', async () => {
    const { annotator, open, coalesced, clock } = setUp();
    const first = annotator.request(target, WAIT_MS);
    const later = [annotator.request(target, WAIT_MS), annotator.request(target, WAIT_MS)];
    open[0]?.answer();
    expect(shown(await first)).toBe('applied');
    await clock.advance(0);
    expect(open).toHaveLength(2);
    open[1]?.answer();
    expect((await Promise.all(later)).map(shown)).toEqual(['applied', 'applied']);
    expect(coalesced).toHaveLength(1);
  });

  it.each([
    [404, 'TargetNotFound'],
    [403, 'TargetRefused'],
    [422, 'TargetRefused'],
  ])('answers %i with %s and keeps nothing', async (status, code) => {
    const { annotator, open, pending } = setUp();
    const applied = annotator.request(target, WAIT_MS);
    open[0]?.answer(new ApiError(status, undefined, undefined));
    await expect(applied).rejects.toMatchObject({ code });
    expect(pending.size).toBe(0);
  });

  it('keeps the target while the API server is away, and reports when it is annotated', async () => {
    const { annotator, open, clock, pending } = setUp();
    const request = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    const kept = await request;
    expect(shown(kept)).toBe('kept');
    await clock.advance(RETRIED_MS);
    open[1]?.answer();
    expect('settled' in kept && (await kept.settled)).toBe('done');
    expect(pending.size).toBe(0);
  });

  it('reports a target that went away while it was kept', async () => {
    const { annotator, open, clock } = setUp();
    const request = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    const kept = await request;
    await clock.advance(RETRIED_MS);
    open[1]?.answer(new ApiError(404, undefined, undefined));
    expect('settled' in kept && (await kept.settled)).toBe('gone');
  });

  it.each([
    ['gone', new ApiError(404, undefined, undefined)],
    ['done', undefined],
  ])('holds nothing for a target that was kept and is %s', async (how, answer) => {
    const { annotator, open, clock, targets } = setUp();
    const request = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    await request;
    expect(targets()).toBe(1);
    await clock.advance(RETRIED_MS);
    open[1]?.answer(answer);
    await clock.advance(0);
    expect([how, targets()]).toEqual([how, 0]);
  });

  it('holds nothing for a target that the end of the process gave up', async () => {
    const { annotator, open, clock, pending, targets } = setUp();
    const request = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    await request;
    const flushed = pending.flush(RETRIED_MS / 2);
    await clock.advance(RETRIED_MS / 2);
    await flushed;
    expect(targets()).toBe(0);
  });

  it('takes a refusal soon after an outage for a part of it, and later for a refusal', async () => {
    const { annotator, open, clock } = setUp();
    const first = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    await first;
    await clock.advance(RETRIED_MS);
    open[1]?.answer();
    await clock.advance(9_000);
    const soon = annotator.request(target, WAIT_MS);
    open[2]?.answer(new ApiError(403, undefined, undefined));
    expect(shown(await soon)).toBe('kept');
    await clock.advance(RETRIED_MS);
    open[3]?.answer();
    await clock.advance(11_000);
    const late = annotator.request(target, WAIT_MS);
    open[4]?.answer(new ApiError(403, undefined, undefined));
    await expect(late).rejects.toMatchObject({ code: 'TargetRefused' });
  });

  it('keeps what takes longer than its sender waits, and needs no second PATCH for it', async () => {
    const { annotator, open, clock, pending } = setUp();
    const request = annotator.request(target, WAIT_MS);
    await clock.advance(WAIT_MS);
    const kept = await request;
    expect(shown(kept)).toBe('kept');
    open[0]?.answer();
    expect('settled' in kept && (await kept.settled)).toBe('done');
    expect(open).toHaveLength(1);
    expect(pending.size).toBe(0);
  });

  it('says when there is no room to keep one', async () => {
    const { annotator, open } = setUp(0);
    const request = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    await expect(request).rejects.toMatchObject({ code: 'PendingFull' });
  });
});

describe('for a caller that holds what caused it, the annotator', () => {
  it('sends one PATCH in the background', async () => {
    const { annotator, open, targets } = setUp();
    const applied = annotator.annotate(target, true);
    expect(open[0]?.request).toMatchObject({ method: 'PATCH', background: true });
    open[0]?.answer();
    expect(shown(await applied)).toBe('applied');
    expect(targets()).toBe(0);
  });

  it('tells that the API server is away, and keeps nothing', async () => {
    const { annotator, open, pending, targets } = setUp();
    const away = annotator.annotate(target, true);
    open[0]?.answer(AWAY);
    expect(await away).toEqual({ away: 'away' });
    expect([pending.size, targets()]).toEqual([0, 0]);
  });

  it.each([
    [404, 'TargetNotFound'],
    [403, 'TargetRefused'],
  ])('throws for %i %s', async (status, code) => {
    const { annotator, open } = setUp();
    const applied = annotator.annotate(target, true);
    open[0]?.answer(new ApiError(status, undefined, undefined));
    await expect(applied).rejects.toMatchObject({ code });
  });

  it('shares a PATCH with webhooks, which is then none of the background, and keeps for them alone', async () => {
    const { annotator, open, clock, pending } = setUp();
    const first = annotator.annotate(target, true);
    const held = annotator.annotate(target, true);
    const sender = annotator.request(target, WAIT_MS);
    open[0]?.answer();
    expect(shown(await first)).toBe('applied');
    await clock.advance(0);
    expect(open[1]?.request).not.toHaveProperty('background');
    open[1]?.answer(AWAY);
    expect(await held).toEqual({ away: 'away' });
    expect(shown(await sender)).toBe('kept');
    expect(pending.size).toBe(1);
  });

  it('settles with its PATCH what a webhook was promised', async () => {
    const { annotator, open, pending } = setUp();
    const request = annotator.request(target, WAIT_MS);
    open[0]?.answer(AWAY);
    const kept = await request;
    const applied = annotator.annotate(target, true);
    open[1]?.answer();
    expect(shown(await applied)).toBe('applied');
    expect('settled' in kept && (await kept.settled)).toBe('done');
    expect(pending.size).toBe(0);
  });
});
