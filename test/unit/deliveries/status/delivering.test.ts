/** Whether an object receives what is sent to it: the condition, and when it is written. */
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../operator/api/meta.ts';
import type { PeerRecord } from '../../../../operator/deliveries/peers/peer-answer.ts';
import { type DecisionInput, decide } from '../../../../operator/deliveries/status/decide.ts';
import { type DeliveringInput, deliveringOf } from '../../../../operator/deliveries/status/delivering.ts';
import { at, BEGIN_MS, recordAt, refusedAt } from './peer-record.ts';

const SECRET = 'apps/hook';
const FIX = 'the secret at the sender is not key token of Secret apps/hook';

function input(records: readonly PeerRecord[], more: Partial<DeliveringInput> = {}): DeliveringInput {
  return {
    noun: 'webhook',
    records,
    held: undefined,
    last: undefined,
    secret: SECRET,
    silentBreak: undefined,
    ...more,
  };
}

function held(status: Condition['status'], reason: string, message: string, seconds = 0): Condition {
  return { type: 'Delivering', status, reason, message, lastTransitionTime: at(seconds) };
}

/** `status reason: message` */
function found(records: readonly PeerRecord[], more: Partial<DeliveringInput> = {}): string {
  const { status, reason, message } = deliveringOf(input(records, more));
  return `${status} ${reason}: ${message}`;
}

const NONE_YET = 'Unknown NoneYet: No webhook has arrived yet; paste the URL at the sender, see status.url';
const ACCEPTED = 'True Delivered: The last webhook was accepted';
const three = [refusedAt(1), refusedAt(2), refusedAt(3)];
const REFUSED = held('False', 'Refused', `SignatureMismatch: 14 webhooks in 6 min; ${FIX}`, 10);

describe('Delivering', () => {
  it.each<[title: string, records: readonly PeerRecord[], starts: string]>([
    ['nothing came', [], NONE_YET],
    ['one came', [recordAt(1)], ACCEPTED],
    ['its targets are pending', [recordAt(1, { verdict: 'pending' })], ACCEPTED],
    ['its event is not listed', [recordAt(1, { verdict: 'ignored', code: 'EventNotListed' })], ACCEPTED],
    [
      'two were refused',
      [recordAt(1), refusedAt(2), refusedAt(3)],
      'True Delivered: The last webhook was refused, fewer',
    ],
    ['three were refused', three, `False Refused: SignatureMismatch: 3 webhooks in 1 min; ${FIX}`],
    ['three after one that was not', [recordAt(0), ...three], 'False Refused: SignatureMismatch: 3 webhooks'],
    ['one of another replica was accepted last', [...three, recordAt(4, { replica: 'b' })], ACCEPTED],
    [
      'one of another replica in between',
      [...three, recordAt(2, { replica: 'b' })],
      'True Delivered: The last webhook was re',
    ],
    [
      'three over three replicas',
      ['a', 'b', 'c'].map((replica, i) => refusedAt(i, 'TokenMismatch', { replica })),
      'False',
    ],
    [
      'three that are folded',
      [refusedAt(1, 'SignatureMismatch', { repeated: 14, lastAt: at(360) })],
      `False Refused: SignatureMismatch: 14 webhooks in 6 min; ${FIX}`,
    ],
    [
      'for hours',
      [refusedAt(1, 'PathWithdrawn', { repeated: 9, lastAt: at(10_900) })],
      'False Refused: PathWithdrawn: 9 webhooks in 3 h; ',
    ],
    [
      'for days',
      [refusedAt(1, 'PathWithdrawn', { repeated: 9, lastAt: at(260_000) })],
      'False Refused: PathWithdrawn: 9 webhooks in 3 d; ',
    ],
    [
      'several codes, of which the last counts',
      [...three, refusedAt(4, 'PathWithdrawn')],
      'False Refused: PathWithdrawn: 1 webhook in 1 min; ',
    ],
    [
      'a code that nobody knows',
      three.map((record) => ({ ...record, code: 'Newer' })),
      'False Refused: Newer: 3 webhooks in 1 min',
    ],
  ])('says what it is when %s', (_title, records, starts) => {
    expect(found(records)).toMatch(new RegExp(`^${starts.replace(/[.()]/g, '\\$&')}`));
  });

  it.each<[title: string, record: PeerRecord]>([
    ['while it was suspended', refusedAt(4, 'ReceiverUnavailable', { suspended: true })],
    ['for lack of room for what is pending', refusedAt(4, 'PendingFull')],
    ['for lack of room for bodies', refusedAt(4, 'BodiesFull')],
    ['too often', refusedAt(4, 'RefusedTooOften')],
    ['when it was replayed', refusedAt(4, 'FilterFailed', { origin: 'replayed' })],
    ['when it was made up for', refusedAt(4, 'TargetNotFound', { origin: 'catch-up' })],
  ])('does not count what was refused %s', (_title, record) => {
    expect(found([recordAt(0), refusedAt(1), refusedAt(2), record])).toContain('True Delivered');
    expect(found([record])).toBe(NONE_YET);
  });

  it.each([
    [[at(9), at(5), at(1)], 3, 'True'],
    [[at(9), at(8), at(5)], 14, 'True'],
    [[at(9), at(8), at(7)], 14, 'False'],
  ])('counts of what is folded those that came after the last one accepted: %j', (recentAt, repeated, status) => {
    const folded = refusedAt(1, 'SignatureMismatch', { repeated, recentAt, lastAt: at(9) });
    expect(deliveringOf(input([recordAt(6), folded])).status).toBe(status);
  });

  it('counts all of what is folded that came after the last one accepted by its replica', () => {
    const recentAt = [at(40), at(39), at(38)];
    const folded = refusedAt(1, 'SignatureMismatch', {
      repeated: 20,
      recentAt,
      row: { at: at(10), count: 14 },
      lastAt: at(40),
    });
    expect(found([recordAt(6), folded])).toContain('SignatureMismatch: 14 webhooks in 1 min');
    expect(found([recordAt(20, { replica: 'b' }), folded])).toContain('SignatureMismatch: 3 webhooks in 1 min');
    expect(found([folded])).toContain('SignatureMismatch: 20 webhooks in 1 min');
  });

  it('counts at least the last of what is folded by a replica that tells no more', () => {
    const folded = refusedAt(1, 'SignatureMismatch', { repeated: 9, lastAt: at(9) });
    expect(found([recordAt(6), folded])).toContain('True');
    expect(found([recordAt(6), folded, refusedAt(10), refusedAt(11)])).toContain('False');
  });

  it('speaks of messages where it reads a queue', () => {
    expect(found([], { noun: 'message' })).toContain('No message has arrived yet');
    const records = [1, 2, 3].map((seconds) => refusedAt(seconds, 'poison', { origin: 'broker' }));
    expect(found(records, { noun: 'message' })).toContain('False Refused: poison: 3 messages in 1 min; ');
  });

  it('never repeats what a sender chose', () => {
    const chosen = { event: 'EVENT', providerId: 'ID', userAgent: 'AGENT', from: 'FROM' };
    const records = three.map((record) => ({ ...record, ...chosen }));
    expect(found(records)).not.toMatch(/EVENT|ID|AGENT|FROM/);
  });

  it('breaks silently where the follow-up says so, unless webhooks are refused', () => {
    const silentBreak = '3 commits of GitRepository apps/app were found by polling';
    expect(found([recordAt(1)], { silentBreak })).toBe(`False SilentBreak: ${silentBreak}`);
    expect(found(three, { silentBreak })).toContain('False Refused');
  });
});

describe('after a change of leader, Delivering', () => {
  it.each<[title: string, condition: Condition, records: readonly PeerRecord[], expected: string]>([
    ['keeps what it is while nothing is known', REFUSED, [], `False Refused: ${REFUSED.message}`],
    ['keeps it after an older one that was accepted', REFUSED, [recordAt(9)], `False Refused: ${REFUSED.message}`],
    ['keeps it after another one of the same code', REFUSED, [refusedAt(11)], `False Refused: ${REFUSED.message}`],
    [
      'names another code',
      REFUSED,
      [refusedAt(11, 'PathWithdrawn')],
      'False Refused: PathWithdrawn: 1 webhook in 1 min',
    ],
    [
      'counts again from three on',
      REFUSED,
      [11, 12, 13].map((s) => refusedAt(s)),
      'False Refused: SignatureMismatch: 3 w',
    ],
    ['turns True after a newer one', REFUSED, [recordAt(11)], ACCEPTED],
    ['keeps a silent break', held('False', 'SilentBreak', 'x', 10), [recordAt(9)], 'False SilentBreak: x'],
    ['ends a silent break', held('False', 'SilentBreak', 'x', 10), [recordAt(11)], ACCEPTED],
    ['keeps True', held('True', 'Delivered', 'y', 10), [], 'True Delivered: y'],
    ['keeps None', held('Unknown', 'NoneYet', 'z', 10), [], 'Unknown NoneYet: z'],
  ])('%s', (_title, condition, records, expected) => {
    expect(found(records, { held: condition })).toContain(expected);
  });

  it('does not count what was refused before the last one that the status knows', () => {
    const last = { time: at(5), verdict: 'accepted', code: 'Delivered' };
    const condition = held('True', 'Delivered', 'y', 0);
    expect(found(three, { held: condition, last })).toBe(ACCEPTED);
    expect(found([...three, refusedAt(6), refusedAt(7), refusedAt(8)], { held: condition, last })).toContain('False');
  });

  it('keeps a silent break after the delivery that was the last one then', () => {
    const broken = held('False', 'SilentBreak', 'x', 100);
    const last = { time: at(9), verdict: 'accepted', code: 'Delivered' };
    expect(found([recordAt(9.4)], { held: broken, last })).toBe('False SilentBreak: x');
    expect(found([recordAt(50)], { held: broken, last })).toBe('False SilentBreak: x');
    expect(found([recordAt(101)], { held: broken, last })).toBe(ACCEPTED);
    // It was refused until then, and turned from one reason to the other.
    const before = held('False', 'SilentBreak', 'x', 0);
    expect(found([recordAt(9.4)], { held: before, last })).toBe('False SilentBreak: x');
    expect(found([recordAt(10)], { held: before, last })).toBe(ACCEPTED);
  });

  it('ends a silent break that the follow-up takes back', () => {
    const last = { time: at(9), verdict: 'accepted', code: 'Delivered' };
    const broken = held('False', 'SilentBreak', 'x', 100);
    expect(found([recordAt(9)], { held: broken, last, silentBreak: false })).toBe(ACCEPTED);
    expect(found([], { held: broken, last, hasCome: true, silentBreak: false })).toBe(ACCEPTED);
    // Another object's delivery moved the source.
    expect(found([], { held: broken, silentBreak: false })).toBe(NONE_YET);
  });

  it.each<[title: string, more: Partial<DeliveringInput>, expected: string]>([
    ['accepted', { last: { time: at(5), verdict: 'accepted', code: 'Delivered' } }, ACCEPTED],
    ['refused', { last: { time: at(5), verdict: 'refused', code: 'TokenMismatch' } }, 'fewer than 3 in a row; TokenM'],
    ['a message', { noun: 'message' }, 'True Delivered: The last message was accepted'],
  ])('without a condition is not None where the status has one that was %s', (_title, more, expected) => {
    expect(found([], { hasCome: true, ...more })).toContain(expected);
  });

  it('takes no replay for one of those', () => {
    const last = { time: at(5), verdict: 'accepted', code: 'Delivered' };
    const records = [...three, recordAt(5, { origin: 'replayed' })];
    expect(found(records, { held: held('True', 'Delivered', 'y', 0), last })).toContain('False Refused');
  });
});

describe('the status', () => {
  const MINUTE = 60;
  const true_ = held('True', 'Delivered', 'The last webhook was accepted');
  const lastAtStart = { time: '2026-11-26T10:00:00Z', verdict: 'accepted', code: 'Delivered' };

  function decided(records: readonly PeerRecord[], more: Partial<DecisionInput> = {}) {
    const nowMs = BEGIN_MS + (more.nowMs ?? 0);
    return decide({ ...input(records), tellsLast: true, ...more, nowMs });
  }

  it('is written at the first delivery, with what came', () => {
    const record = recordAt(1.5, { event: 'push', announced: { ref: 'refs/heads/main', revision: 'abc' } });
    expect(decided([record], { held: held('Unknown', 'NoneYet', 'z') })).toEqual({
      addition: {
        conditions: [
          { type: 'Delivering', status: 'True', reason: 'Delivered', message: 'The last webhook was accepted' },
        ],
        fields: {
          lastDelivery: {
            time: '2026-11-26T10:00:01Z',
            event: 'push',
            verdict: 'accepted',
            code: 'Delivered',
            revision: 'abc',
          },
        },
      },
      event: undefined,
      breaks: false,
    });
  });

  it.each<[title: string, seconds: number, now: number, isWritten: boolean]>([
    ['is left alone by a newer delivery', 5 * MINUTE, 5 * MINUTE, false],
    ['has a newer delivery after ten minutes', 5 * MINUTE, 10 * MINUTE, true],
    ['is left alone while nothing newer comes', 0, 60 * MINUTE, false],
  ])('%s', (_title, seconds, now, isWritten) => {
    const decision = decided([recordAt(seconds)], { held: true_, last: lastAtStart, nowMs: now * 1_000 });
    expect(decision !== undefined).toBe(isWritten);
  });

  it('tells of no delivery that nobody sent, nor where it has no place for it', () => {
    expect(decided([recordAt(5, { origin: 'catch-up' })], { held: true_, last: lastAtStart, nowMs: 3.6e6 })).toBe(
      undefined,
    );
    const decision = decided([recordAt(5)], { tellsLast: false });
    expect(decision?.addition).not.toHaveProperty('fields');
  });

  it('never goes back to a delivery before the last one that it has', () => {
    const last = { ...lastAtStart, time: at(100) };
    const broken = decided([recordAt(99.9)], { held: true_, last, silentBreak: 'look there' });
    expect(broken?.addition).not.toHaveProperty('fields');
    const later = decided([recordAt(100.4)], { held: true_, last, silentBreak: 'look there' });
    expect(later?.addition).toHaveProperty('fields.lastDelivery.time', at(100).replace('.000', ''));
  });

  it('is written when what is refused counts on, or is over, and not for one refusal among others', () => {
    const old = held('False', 'Refused', `SignatureMismatch: 3 webhooks in 1 min; ${FIX}`);
    const last = { ...lastAtStart, verdict: 'refused' };
    expect(decided(three, { held: old, last })).toBeUndefined();
    expect(decided([...three, refusedAt(4)], { held: old, last })).toMatchObject({ event: undefined, breaks: false });
    expect(decided([recordAt(1), refusedAt(2)], { held: true_, last: lastAtStart })).toBeUndefined();
    const was = held('True', 'Delivered', 'The last webhook was refused, fewer than 3 in a row; x');
    expect(decided([refusedAt(1), recordAt(2)], { held: was, last })).toBeDefined();
  });

  it.each<[title: string, condition: Condition | undefined, records: readonly PeerRecord[], event: string | undefined]>(
    [
      ['that it turned False', true_, three, 'Warning SignatureMismatch'],
      ['that it was False from the start', undefined, three, 'Warning SignatureMismatch'],
      [
        'that the code is another one',
        REFUSED,
        [11, 12, 13].map((s) => refusedAt(s, 'PathWithdrawn')),
        'Warning PathWithdrawn',
      ],
      ['not that it counts on', REFUSED, [11, 12, 13].map((s) => refusedAt(s)), undefined],
      ['that it turned True again', REFUSED, [recordAt(11)], 'Normal Delivered'],
      ['not the first delivery', held('Unknown', 'NoneYet', 'z'), [recordAt(1)], undefined],
    ],
  )('is worth an Event: %s', (_title, condition, records, event) => {
    const decision = decided(records, { held: condition, last: condition && lastAtStart });
    expect(decision?.event && `${decision.event.type} ${decision.event.reason}`).toBe(event);
    if (event !== undefined) expect(decision?.event?.note).toBe(decision?.addition.conditions?.[0]?.message);
  });

  it('is worth an Event when it breaks silently', () => {
    const decision = decided([recordAt(1)], { held: true_, last: lastAtStart, silentBreak: 'look there' });
    expect(decision?.event).toEqual({ type: 'Warning', reason: 'SilentBreak', note: 'look there' });
  });
});
