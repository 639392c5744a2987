import { describe, expect, it } from 'vitest';
import { ReceiverError } from '../../../operator/api/errors.ts';
import type { StatusUrl } from '../../../operator/api/exposure.ts';
import type { Receiver, ReceiverStatus } from '../../../operator/api/receiver/receiver.ts';
import type { Exposed } from '../../../operator/exposure/urls.ts';
import { suspendedStatus } from '../../../operator/kube/suspended-status.ts';
import { desiredStatus, type Outcome } from '../../../operator/receivers/desired-status.ts';

const AT = 'reconcile.fluxcd.io/requestedAt';
const NOW = '2026-05-01T12:00:00Z';
const NOW_MS = Date.parse(NOW);
const NEXT_DAY_MS = Date.parse('2026-05-02T12:00:00Z');
const PATH = `/hook/${'a'.repeat(64)}`;
const missing: Outcome = { error: new ReceiverError('TokenNotFound', 'Secret a/s not found') };
const badCel: Outcome = { error: new ReceiverError('InvalidCELExpression', 'spec.resourceFilter: bad') };

function receiver(status: ReceiverStatus, annotations: Record<string, string> = {}): Receiver {
  return {
    metadata: { name: 'r', namespace: 'a', generation: 3, annotations },
    spec: { type: 'github', resources: [] },
    status,
  };
}

function shown(status: ReceiverStatus) {
  const conditions = Object.fromEntries((status.conditions ?? []).map((c) => [c.type, `${c.status} ${c.reason}`]));
  return { conditions, path: status.webhookPath, generation: status.observedGeneration };
}

describe('the status of a Receiver', () => {
  it('says Ready with the path', () => {
    const status = desiredStatus(receiver({ observedGeneration: -1 }), { path: PATH }, NOW_MS);
    expect(shown(status)).toEqual({ conditions: { Ready: 'True Succeeded' }, path: PATH, generation: 3 });
    expect(status.conditions?.[0]).toMatchObject({
      message: `Receiver initialized for path: ${PATH}`,
      lastTransitionTime: NOW,
      observedGeneration: 3,
    });
  });

  it('empties the path and keeps the generation when the token is missing', () => {
    const status = desiredStatus(receiver({ observedGeneration: 2, webhookPath: PATH }), missing, NOW_MS);
    expect(shown(status)).toEqual({
      conditions: { Ready: 'False TokenNotFound', Reconciling: 'True ProgressingWithRetry' },
      path: undefined,
      generation: 2,
    });
  });

  it('stalls with the path kept', () => {
    const status = desiredStatus(receiver({ observedGeneration: 2, webhookPath: PATH }), badCel, NOW_MS);
    expect(shown(status)).toEqual({
      conditions: { Ready: 'False InvalidCELExpression', Stalled: 'True InvalidCELExpression' },
      path: PATH,
      generation: 3,
    });
  });

  it('takes Reconciling and Stalled away once it is Ready, and leaves what others wrote', () => {
    const other = { type: 'Other', status: 'True', reason: 'X', message: '', lastTransitionTime: NOW } as const;
    const stalled = desiredStatus(receiver({ conditions: [other] }), badCel, NOW_MS);
    const retried = desiredStatus(receiver(stalled), missing, NOW_MS);
    expect(shown(retried).conditions).toEqual({
      Other: 'True X',
      Ready: 'False TokenNotFound',
      Reconciling: 'True ProgressingWithRetry',
    });
    expect(shown(desiredStatus(receiver(retried), { path: PATH }, NOW_MS)).conditions).toEqual({
      Other: 'True X',
      Ready: 'True Succeeded',
    });
  });

  it('moves a transition time only when the status moves', () => {
    const first = desiredStatus(receiver({}), { path: PATH }, NOW_MS);
    const second = desiredStatus(receiver(first), { path: PATH }, NEXT_DAY_MS);
    expect(second).toEqual(first);
    const third = desiredStatus(receiver(first), missing, NEXT_DAY_MS);
    expect(third.conditions?.find((c) => c.type === 'Ready')?.lastTransitionTime).toBe('2026-05-02T12:00:00Z');
  });

  it('answers a reconcile request, also a failed one', () => {
    const asked = receiver({}, { 'reconcile.fluxcd.io/requestedAt': 'now-1' });
    expect(desiredStatus(asked, { path: PATH }, NOW_MS).lastHandledReconcileAt).toBe('now-1');
    expect(desiredStatus(asked, missing, NOW_MS).lastHandledReconcileAt).toBe('now-1');
    const later = receiver({ lastHandledReconcileAt: 'now-1' });
    expect(desiredStatus(later, { path: PATH }, NOW_MS).lastHandledReconcileAt).toBe('now-1');
  });
});

describe('what the status says of exposure', () => {
  const inside: StatusUrl = { type: 'Internal', url: `http://webhook-receiver.flux-system.svc.cluster.local${PATH}` };
  const outside: StatusUrl = { type: 'Ingress', url: `https://hooks.example.com${PATH}` };
  const unfulfilled: Exposed['unfulfilled'] = { reason: 'Conflict', message: 'Service x is not ours' };

  function exposed(evaluated: Exposed | undefined, before: ReceiverStatus = {}) {
    const { url, urls, conditions = [] } = desiredStatus(receiver(before), { path: PATH }, NOW_MS, evaluated);
    const condition = conditions.find(({ type }) => type === 'Exposed');
    return { url, urls, exposed: condition && `${condition.status} ${condition.reason}` };
  }

  it.each<[name: string, evaluated: Exposed, expected: object]>([
    [
      'a way from outside',
      { urls: [outside, inside], unfulfilled: undefined },
      { url: outside.url, exposed: 'True Exposed' },
    ],
    [
      'a URL inside the cluster alone',
      { urls: [inside], unfulfilled: undefined },
      { url: undefined, exposed: 'False NotExposed' },
    ],
    ['no URL', { urls: [], unfulfilled: undefined }, { urls: undefined, url: undefined, exposed: 'False NotExposed' }],
    ['an unfulfilled request', { urls: [outside], unfulfilled }, { url: outside.url, exposed: 'False Conflict' }],
  ])('%s', (_name, evaluated, expected) => {
    expect(exposed(evaluated)).toMatchObject(expected);
  });

  it('is left as it is while nothing is known', () => {
    const before = desiredStatus(receiver({}), { path: PATH }, NOW_MS, { urls: [outside], unfulfilled: undefined });
    expect(desiredStatus(receiver(before), { path: PATH }, NEXT_DAY_MS)).toEqual(before);
  });

  it('observes the generation, and lets Ready be', () => {
    const { conditions } = desiredStatus(receiver({}), { path: PATH }, NOW_MS, { urls: [], unfulfilled });
    expect(conditions?.find(({ type }) => type === 'Exposed')).toMatchObject({ observedGeneration: 3, ...unfulfilled });
    expect(conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' });
  });

  it('goes with the path, also while nothing is known', () => {
    const before = desiredStatus(receiver({}), { path: PATH }, NOW_MS, { urls: [outside], unfulfilled: undefined });
    const { url, urls, conditions } = desiredStatus(receiver(before), missing, NOW_MS);
    expect([url, urls]).toEqual([undefined, undefined]);
    expect(conditions?.find(({ type }) => type === 'Exposed')).toMatchObject({
      status: 'False',
      message: 'the Receiver has no webhook path: see its condition Ready',
    });
  });

  it('is not added for want of a path while nothing is known', () => {
    expect(desiredStatus(receiver({}), missing, NOW_MS).conditions?.map(({ type }) => type)).not.toContain('Exposed');
  });

  it('goes with the path', () => {
    const before = desiredStatus(receiver({}), { path: PATH }, NOW_MS, { urls: [outside], unfulfilled: undefined });
    const after = desiredStatus(receiver(before), missing, NOW_MS, { urls: [], unfulfilled: undefined });
    expect([after.url, after.urls]).toEqual([undefined, undefined]);
  });
});

describe('the status of a suspended Receiver', () => {
  const ready = desiredStatus(receiver({}), { path: PATH }, NOW_MS);
  const notReady = desiredStatus(receiver({ observedGeneration: 1 }), missing, NOW_MS);

  it.each([
    [
      'was Ready: the generation is observed',
      { ...ready, observedGeneration: 2 },
      {},
      { ...ready, observedGeneration: 3 },
    ],
    ['was not Ready: the generation stays', notReady, {}, notReady],
    ['is asked to reconcile', notReady, { [AT]: 'now' }, { ...notReady, lastHandledReconcileAt: 'now' }],
    ['was created suspended', { observedGeneration: -1 }, {}, { observedGeneration: -1 }],
  ])('that %s', (_what, status, annotations, expected) => {
    expect(suspendedStatus(receiver(status, annotations))).toEqual(expected);
  });
});
