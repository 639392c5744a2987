/** The table of the contract: what is found of a BrokerReceiver, and its conditions and Events. */
import { describe, expect, it } from 'vitest';
import type { BrokerReceiverStatus } from '../../../operator/api/broker-receiver/broker-receiver.ts';
import { sourceReasons } from '../../../operator/api/broker-receiver/source-reasons.ts';
import { ReceiverError } from '../../../operator/api/errors.ts';
import { REQUESTED_AT_ANNOTATION } from '../../../operator/api/meta.ts';
import { suspendedStatus } from '../../../operator/kube/suspended-status.ts';
import type { ConnectionState } from '../../../operator/sources/connection.ts';
import { desiredStatus, type Observed } from '../../../operator/sources/desired-status.ts';
import type { SourceErrorCode } from '../../../operator/sources/source-error.ts';
import { sourceEvent } from '../../../operator/sources/source-event.ts';
import { aBrokerReceiver } from './a-broker-receiver.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 15, 4, 5);
const NOW = '2026-01-02T15:04:05Z';

const observed = (state: ConnectionState, handledRequest?: string): Observed => ({
  state,
  handledRequest,
  title: 'sqs events',
});
const stalled = (code: 'InvalidCELExpression' | 'ValidationFailed'): Observed => ({
  error: new ReceiverError(code, 'change it'),
});

function conditionsOf(status: BrokerReceiverStatus): string[] {
  return (status.conditions ?? []).map(
    ({ type, status: is, reason, message, observedGeneration, lastTransitionTime }) =>
      `${type} ${is} ${reason} ${observedGeneration} ${lastTransitionTime === NOW}: ${message}`,
  );
}

describe('the conditions', () => {
  it.each<[name: string, observed: Observed, conditions: string[], generation: number | undefined]>([
    ['reading', observed({ kind: 'reading', notes: [] }), ['Ready True Succeeded 3 true: reading sqs events'], 3],
    [
      'reading with notes',
      observed({ kind: 'reading', notes: ['no dead-letter queue', 'a second'] }),
      ['Ready True Succeeded 3 true: reading sqs events; no dead-letter queue; a second'],
      3,
    ],
    [
      'not yet connected',
      observed({ kind: 'connecting' }),
      [
        'Ready Unknown Progressing 3 true: connecting to sqs events',
        'Reconciling True Progressing 3 true: connecting to sqs events',
      ],
      undefined,
    ],
    ...(Object.keys(sourceReasons) as SourceErrorCode[]).map((code): [string, Observed, string[], undefined] => [
      code,
      observed({ kind: 'failed', code, message: 'make it' }),
      [`Ready False ${code} 3 true: make it`, 'Reconciling True ProgressingWithRetry 3 true: make it'],
      undefined,
    ]),
    ...(['InvalidCELExpression', 'ValidationFailed'] as const).map((code): [string, Observed, string[], number] => [
      code,
      stalled(code),
      [`Ready False ${code} 3 true: change it`, `Stalled True ${code} 3 true: change it`],
      3,
    ]),
  ])('%s', (_name, found, conditions, generation) => {
    const status = desiredStatus(aBrokerReceiver({}, { metadata: { generation: 3 } }), found, NOW_MS);
    expect(conditionsOf(status)).toEqual(conditions);
    expect(status.observedGeneration).toBe(generation);
  });

  it('of before go where they no longer hold, and what others wrote stays', () => {
    const failed = desiredStatus(aBrokerReceiver(), observed({ kind: 'failed', code: 'Unreachable', message: 'm' }), 0);
    const before = { ...failed, observedGeneration: -1, lastMessageTime: '2026-01-01T00:00:00Z' };
    const status = desiredStatus(
      aBrokerReceiver({}, { status: before }),
      observed({ kind: 'reading', notes: [] }),
      NOW_MS,
    );
    expect(conditionsOf(status)).toEqual(['Ready True Succeeded 1 true: reading sqs events']);
    expect(status).toMatchObject({ observedGeneration: 1, lastMessageTime: '2026-01-01T00:00:00Z' });
  });
});

describe('the last request', () => {
  const metadata = { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } };
  it.each<[name: string, observed: Observed, handled: string | undefined]>([
    ['is handled once an attempt has answered it', observed({ kind: 'reading', notes: [] }, 'now'), 'now'],
    ['is not handled before', observed({ kind: 'reading', notes: [] }, 'earlier'), 'earlier'],
    ['is not handled by the first attempt before it ends', observed({ kind: 'connecting' }), undefined],
    ['is handled at once where nothing can be read', stalled('ValidationFailed'), 'now'],
  ])('%s', (_name, found, handled) => {
    expect(desiredStatus(aBrokerReceiver({}, { metadata }), found, NOW_MS).lastHandledReconcileAt).toBe(handled);
  });
});

it('suspended: the conditions stay', () => {
  const ready = desiredStatus(aBrokerReceiver(), observed({ kind: 'reading', notes: [] }), NOW_MS);
  const metadata = { generation: 2, annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } };
  const status = suspendedStatus(aBrokerReceiver({ suspend: true }, { metadata, status: ready }));
  expect(status).toEqual({ ...ready, observedGeneration: 2, lastHandledReconcileAt: 'now' });
});

describe('the Event', () => {
  const failed = observed({ kind: 'failed', code: 'Unreachable', message: 'no answer' });
  const reading = observed({ kind: 'reading', notes: [] });
  const after = (found: Observed) => ({ status: desiredStatus(aBrokerReceiver(), found, NOW_MS) });
  it.each<[name: string, before: Observed | undefined, now: Observed, event: string | undefined]>([
    ['first connected', undefined, reading, 'Normal Succeeded: Reading sqs events'],
    ['connected still', reading, reading, undefined],
    ['connecting', undefined, observed({ kind: 'connecting' }), undefined],
    ['failed', reading, failed, 'Warning Failed: no answer'],
    ['failed as before', failed, failed, undefined],
    ['failed for another reason', stalled('ValidationFailed'), failed, 'Warning Failed: no answer'],
    ['well again', failed, reading, 'Normal Succeeded: Reading sqs events'],
    ['stalled', undefined, stalled('InvalidCELExpression'), 'Warning InvalidCELExpression: change it'],
    ['stalled as before', stalled('InvalidCELExpression'), stalled('InvalidCELExpression'), undefined],
  ])('%s', (_name, before, now, text) => {
    const event = sourceEvent(aBrokerReceiver({}, before === undefined ? {} : after(before)), now);
    expect(event && `${event.type} ${event.reason}: ${event.note}`).toBe(text);
  });
});
