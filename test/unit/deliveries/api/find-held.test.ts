/** Whose delivery an id means: one of whichever replica has it. */
import { describe, expect, it } from 'vitest';
import { bodyOf, findHeld } from '../../../../operator/deliveries/api/find-held.ts';
import type { HeldDelivery } from '../../../../operator/deliveries/records/held-delivery.ts';
import type { KeptBody } from '../../../../operator/deliveries/records/record.ts';

const object = { kind: 'Receiver', namespace: 'apps', name: 'app' };
const BODY: KeptBody = { json: Buffer.from('{}'), redacted: false, contentType: 'application/json' };
const delivery: HeldDelivery = { id: 'a', object, type: 'github', body: BODY };

const identity = { recordingSince: '2026-11-26T10:00:00.000Z' };
const context = (items: readonly HeldDelivery[], partial: readonly string[] = []) => {
  const answers = [
    { ...identity, replica: 'one', items: [] },
    { ...identity, replica: 'two', items },
  ];
  const records = { bodies: async () => ({ answers, partial }) };
  return { records } as unknown as Parameters<typeof findHeld>[0];
};

describe('a delivery', () => {
  it('is that of the replica which has it', async () => {
    expect(await findHeld(context([delivery]), object, 'a')).toBe(delivery);
  });

  it('that no replica has is not there, and those that may have it and do not answer are named', async () => {
    await expect(findHeld(context([]), object, 'b')).rejects.toMatchObject({ code: 'NotFound' });
    const message = expect.stringMatching(/does not answer: three$/);
    await expect(findHeld(context([], ['three']), object, 'b')).rejects.toMatchObject({ code: 'NotFound', message });
  });

  it.each<[what: string, body: KeptBody | undefined, message: RegExp]>([
    ['not kept', undefined, /set spec\.deliveries\.keepBodies/],
    ['too large', 'TooLarge', /is larger than/],
  ])('whose body is %s has none', (_what, body, message) => {
    expect(() => bodyOf({ ...delivery, body })).toThrow(
      expect.objectContaining({ code: 'NoBody', message: expect.stringMatching(message) }),
    );
  });
});
