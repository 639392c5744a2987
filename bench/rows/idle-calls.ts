/** What Receivers cost the API server while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';
import { apiCallsOf } from '../stage/api-calls.ts';

const SECONDS = 60;

export const idleCalls: Row = {
  name: 'idle-calls',
  title: '1,000 idle Receivers, a minute',
  receivers: 1_000,
  figures: [{ name: 'calls', title: 'API calls beside watches and the Lease', original: undefined, target: 0 }],
  async measure(stage) {
    await stage.population();
    const before = await apiCallsOf(stage.operator.metricsUrl);
    await sleep(SECONDS * 1000);
    const after = await apiCallsOf(stage.operator.metricsUrl);
    const grown = (method: string): number => (after[method] ?? 0) - (before[method] ?? 0);
    // A watch that begins anew is a GET; the operator reads nothing else at rest, and a read would show as one more.
    return {
      calls: grown('POST') + grown('PATCH') + grown('DELETE'),
      reads: grown('GET'),
      leaseRenewals: grown('PUT'),
    };
  },
};
