/** Which reconciles are worth an Event, and what Events are about. */
import { describe, expect, it } from 'vitest';
import { ReceiverError } from '../../../operator/api/errors.ts';
import type { Condition } from '../../../operator/api/meta.ts';
import type { Receiver } from '../../../operator/api/receiver/receiver.ts';
import type { Outcome } from '../../../operator/receivers/desired-status.ts';
import { receiverEvent, regardingReceiver } from '../../../operator/receivers/receiver-event.ts';
import { aReceiver } from './a-receiver.ts';

const fine: Outcome = { path: '/hook/x' };
const retried: Outcome = { error: new ReceiverError('TokenNotFound', 'no Secret') };
const stalled: Outcome = { error: new ReceiverError('InvalidCELExpression', 'bad') };
const SUCCEEDED = { type: 'Normal', reason: 'Succeeded', note: 'Reconciliation finished, next run in 10m0s' };
const FAILED = { type: 'Warning', reason: 'Failed', note: 'no Secret' };
const STALLED = { type: 'Warning', reason: 'InvalidCELExpression', note: 'bad' };

function withReady(status: Condition['status'], reason: string, observedGeneration = 2): Receiver {
  const ready: Condition = {
    ...{ type: 'Ready', status, reason, observedGeneration },
    ...{ message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
  };
  return { ...aReceiver({}, { generation: 2 }), status: { conditions: [ready] } };
}

describe('the Event of a reconcile', () => {
  it.each<[what: string, receiver: Receiver, outcome: Outcome, expected: object | undefined]>([
    ['the first success', aReceiver(), fine, SUCCEEDED],
    ['a success after a failure', withReady('False', 'TokenNotFound'), fine, SUCCEEDED],
    ['a success as before', withReady('True', 'Succeeded'), fine, undefined],
    ['a failure that is retried', withReady('True', 'Succeeded'), retried, FAILED],
    ['the same failure again', withReady('False', 'TokenNotFound'), retried, FAILED],
    ['the first stall', aReceiver(), stalled, STALLED],
    ['a stall after another one', withReady('False', 'ValidationFailed'), stalled, STALLED],
    ['the same stall again', withReady('False', 'InvalidCELExpression'), stalled, undefined],
    ['the same stall of a new spec', withReady('False', 'InvalidCELExpression', 1), stalled, STALLED],
  ])('%s', (_what, receiver, outcome, expected) => {
    expect(receiverEvent(receiver, outcome)).toEqual(expected);
  });

  it('says when the next run is', () => {
    expect(receiverEvent(aReceiver({ interval: '1h30m' }), fine)?.note).toContain('1h30m0s');
  });
});

describe('the object of an Event', () => {
  it.each([[{ uid: 'u1', resourceVersion: '7' }], [{ uid: 'u1' }], [{ resourceVersion: '7' }], [{}]])(
    'is the Receiver, with what is known of it: %j',
    (known) => {
      expect(regardingReceiver({ namespace: 'apps', name: 'web', ...known })).toStrictEqual({
        apiVersion: 'notification.toolkit.fluxcd.io/v1',
        kind: 'Receiver',
        namespace: 'apps',
        name: 'web',
        ...known,
      });
    },
  );
});
