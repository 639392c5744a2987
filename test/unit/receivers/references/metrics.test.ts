import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createReferenceMetrics } from '../../../../operator/receivers/references/metrics.ts';
import type { UnresolvedSample } from '../../../../operator/receivers/references/references.ts';

const sample = (name: string, reason: string, count: number): UnresolvedSample => ({
  ...{ kind: 'Receiver', namespace: 'apps', name },
  ...{ reason, count },
});

async function shown(perObject: boolean, ...collections: UnresolvedSample[][]): Promise<readonly string[]> {
  const registry = new Registry();
  let samples: readonly UnresolvedSample[] = [];
  createReferenceMetrics({ registry, perObject, samples: () => samples });
  let text = '';
  for (samples of collections) text = await registry.metrics();
  return text.split('\n').filter((line) => line.startsWith('sluice_unresolved_refs'));
}

describe('the metric of references that cannot be found', () => {
  const samples = [sample('a', 'TargetNotFound', 2), sample('b', 'TargetNotFound', 1), sample('b', 'KindUnknown', 1)];

  it('sums up all objects', async () => {
    expect(await shown(false, samples)).toEqual([
      'sluice_unresolved_refs{kind="Receiver",reason="TargetNotFound"} 3',
      'sluice_unresolved_refs{kind="Receiver",reason="KindUnknown"} 1',
    ]);
  });

  it('has a series for each object where that is asked for', async () => {
    expect(await shown(true, samples)).toContain(
      'sluice_unresolved_refs{kind="Receiver",reason="TargetNotFound",namespace="apps",name="a"} 2',
    );
  });

  it('loses a series with its last reference', async () => {
    expect(await shown(false, samples, [])).toEqual([]);
  });
});
