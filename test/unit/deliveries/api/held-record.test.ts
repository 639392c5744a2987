/** Whose body is asked for: that of this replica, or of another one, which is named. */
import { expect, it } from 'vitest';
import { heldRecord } from '../../../../operator/deliveries/api/held-record.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { RecordView } from '../../../../operator/deliveries/records/record-view.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

it('is found here, or the replica is named that has it', async () => {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 10, clock });
  const object = { kind: 'Receiver', namespace: 'apps', name: 'app' };
  const common = { atMs: clock.now(), ms: 1, bytes: 1, type: 'github', code: 'Delivered' };
  const own = journal.add({ ...common, object, origin: 'http', verdict: 'accepted' });
  if (own === undefined) throw new Error('not recorded');
  const other = { id: 'other', replica: 'sluice-b' } as RecordView;
  const records = { enabled: true, ask: async () => ({ items: [other], partial: [], replicas: [] }) };
  const context = { journal, records } as unknown as Parameters<typeof heldRecord>[0];
  expect(await heldRecord(context, object, journal.idOf(own))).toBe(own);
  await expect(heldRecord(context, object, 'none')).rejects.toMatchObject({ code: 'NotFound' });
  const message = expect.stringContaining('sluice-b');
  await expect(heldRecord(context, object, 'other')).rejects.toMatchObject({ code: 'NoBody', message });
  await expect(heldRecord(context, object, 'other', 'NotFound')).rejects.toMatchObject({ code: 'NotFound', message });
});
