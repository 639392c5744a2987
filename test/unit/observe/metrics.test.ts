/** The metrics as Prometheus sees them. */
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../operator/observe/metrics.ts';
import packageJson from '../../../package.json' with { type: 'json' };

describe('metrics', () => {
  it('leave a label out where it is not given', async () => {
    const metrics = createMetrics();
    metrics.reconcileDuration.observe({ kind: 'Receiver', namespace: 'n' }, 0.2);
    metrics.reconcileDuration.observe({ kind: 'Receiver', namespace: 'n', name: 'r' }, 0.2);
    const text = await metrics.registry.metrics();
    expect(text).toContain('gotk_reconcile_duration_seconds_count{kind="Receiver",namespace="n"} 1');
    expect(text).toContain('gotk_reconcile_duration_seconds_count{kind="Receiver",namespace="n",name="r"} 1');
  });

  it('tell of each work queue under its name', async () => {
    const metrics = createMetrics();
    const queue = metrics.workQueue('receiver');
    metrics.workQueue('other');
    queue.setDepth(3);
    queue.countAdd();
    queue.countRetry();
    queue.observeWait(0.02);
    queue.observeWork(2);
    queue.watchUnfinished(() => ({ totalSeconds: 7, longestSeconds: 5 }));
    const text = await metrics.registry.metrics();
    for (const line of [
      'workqueue_depth{name="receiver"} 3',
      'workqueue_depth{name="other"} 0',
      'workqueue_adds_total{name="receiver"} 1',
      'workqueue_retries_total{name="receiver"} 1',
      'workqueue_queue_duration_seconds_bucket{le="0.05",name="receiver"} 1',
      'workqueue_work_duration_seconds_sum{name="receiver"} 2',
      'workqueue_unfinished_work_seconds{name="receiver"} 7',
      'workqueue_longest_running_processor_seconds{name="receiver"} 5',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('say which build runs, without a commit where the sources do', async () => {
    const text = await createMetrics().registry.metrics();
    const labels = `version="${packageJson.version}",revision="unknown",node="${process.version}"`;
    expect(text).toContain(`sluice_build_info{${labels}} 1\n`);
  });
});
