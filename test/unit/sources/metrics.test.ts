import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createSourceMetrics, type SourceSample } from '../../../operator/sources/metrics.ts';

const sample = (name: string, more: Partial<SourceSample> = {}): SourceSample => ({
  labels: { type: 'sqs', namespace: 'apps', name },
  isUp: true,
  inflight: 1,
  heldSeconds: 2,
  lag: undefined,
  ...more,
});

async function gauges(perObject: boolean, samples: SourceSample[]): Promise<string[]> {
  const registry = new Registry();
  createSourceMetrics({ registry, perObject, samples: () => samples });
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('sluice_source_'));
}

it('are of a type: sums, and the oldest', async () => {
  const samples = [sample('a', { lag: 3 }), sample('b', { isUp: false, heldSeconds: 5 })];
  expect(await gauges(false, samples)).toEqual([
    'sluice_source_inflight{type="sqs"} 2',
    'sluice_source_held_seconds{type="sqs"} 5',
    'sluice_source_up{type="sqs"} 1',
    'sluice_source_lag{type="sqs"} 3',
  ]);
});

it('are of an object where that is asked for', async () => {
  expect((await gauges(true, [sample('a'), sample('b')]))[0]).toBe(
    'sluice_source_inflight{type="sqs",namespace="apps",name="a"} 1',
  );
});

it('are none without sources', async () => {
  expect(await gauges(false, [])).toEqual([]);
});
