/** Which refusals of a Receiver are made up for, and when. */
import { describe, expect, it } from 'vitest';
import { createMissedWebhooks } from '../../../../operator/deliveries/catch-up/missed-webhooks.ts';
import type { DeliveryRecord } from '../../../../operator/deliveries/records/record.ts';

const KEY = 'apps/web';

function setUp() {
  const now = { isServed: false, isSuspended: false };
  const missed = createMissedWebhooks(() => now);
  const recorded = (code: string, more: Partial<DeliveryRecord> = {}) =>
    missed.recorded({
      object: { kind: 'Receiver', namespace: 'apps', name: 'web' },
      origin: 'http',
      verdict: code === 'Delivered' ? 'accepted' : 'refused',
      code,
      ...more,
    } as DeliveryRecord);
  return { now, missed, recorded };
}

describe('refusals while a Receiver is not served', () => {
  it.each(['PathWithdrawn', 'ReceiverUnavailable'])('as %s are due once it is', (code) => {
    const { now, missed, recorded } = setUp();
    expect([recorded(code), missed.changed(KEY)]).toEqual([undefined, false]);
    now.isServed = true;
    expect([missed.changed(KEY), missed.changed(KEY)]).toEqual([true, false]);
  });

  it.each(['SignatureMismatch', 'PendingFull', 'EventNotListed'])('as %s are not', (code) => {
    const { now, missed, recorded } = setUp();
    recorded(code);
    now.isServed = true;
    expect(missed.changed(KEY)).toBe(false);
  });

  it('are not due where it was suspended', () => {
    const { now, missed, recorded } = setUp();
    now.isSuspended = true;
    recorded('ReceiverUnavailable');
    Object.assign(now, { isServed: true, isSuspended: false });
    expect(missed.changed(KEY)).toBe(false);
  });

  it('are forgotten when it is suspended', () => {
    const { now, missed, recorded } = setUp();
    recorded('ReceiverUnavailable');
    now.isSuspended = true;
    missed.changed(KEY);
    Object.assign(now, { isServed: true, isSuspended: false });
    expect(missed.changed(KEY)).toBe(false);
  });

  it('of messages that a broker carries are not due: it keeps them', () => {
    const { now, missed, recorded } = setUp();
    recorded('ReceiverUnavailable', { origin: 'broker' });
    recorded('ReceiverUnavailable', { object: { kind: 'BrokerReceiver', namespace: 'apps', name: 'web' } });
    now.isServed = true;
    expect(missed.changed(KEY)).toBe(false);
  });

  it('are those of a path that it no longer has while it is served: nothing is due', () => {
    const { now, missed, recorded } = setUp();
    now.isServed = true;
    recorded('PathWithdrawn');
    expect(missed.changed(KEY)).toBe(false);
  });
});

describe('refusals for want of a proof', () => {
  it.each(['IssuerUnreachable', 'CertificateUnreachable', 'SecretIncomplete'])('as %s are due after one', (code) => {
    const { now, recorded } = setUp();
    now.isServed = true;
    expect([recorded(code), recorded('SignatureMismatch'), recorded('Delivered'), recorded('Delivered')]).toEqual([
      undefined,
      undefined,
      KEY,
      undefined,
    ]);
  });

  it('of another kind, or of what was replayed, are not', () => {
    const { recorded } = setUp();
    recorded('IssuerUnreachable', { origin: 'replayed' });
    recorded('IssuerUnreachable', { object: { kind: 'BrokerReceiver', namespace: 'apps', name: 'web' } });
    expect(recorded('Delivered')).toBeUndefined();
  });
});
