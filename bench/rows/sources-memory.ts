/** What BrokerReceivers of all types cost at rest, one after the other in one process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { applySecrets, envOf, readQueue } from '../../test/support/sources/test-brokers/read-queue.ts';
import { startTestBrokers } from '../../test/support/sources/test-brokers/start-test-brokers.ts';
import { createWorld } from '../../test/support/world.ts';
import type { Row } from '../row.ts';
import { restingMebibytesOf } from '../stage/process-facts.ts';

/** The operator collects all its garbage at rest, and not twice in a minute. */
const COLLECTED_AFTER_MS = 60_000;

export const sourcesMemory: Row = {
  name: 'sources-memory',
  title: 'one BrokerReceiver of each type, at rest',
  receivers: 0,
  figures: [{ name: 'addedMebibytes', title: 'RSS MiB added', original: undefined, target: 90 }],
  async measure(stage) {
    await stage.operator.stop();
    const brokers = await startTestBrokers();
    const env = { ...stage.env, ...envOf(brokers) };
    const world = await createWorld(stage.controlPlane, { args: ['--shutdown-delay=0s', '--metrics-per-object'], env });
    try {
      await applySecrets(world, brokers);
      const atRest = () => restingMebibytesOf(world.operator.pid);
      const before = await atRest();
      const added: Record<string, number> = {};
      let last = before;
      for (const broker of brokers) {
        const { queue, annotated, settled } = await readQueue(world, broker, 'rest');
        await queue.send(['{}']);
        await annotated();
        await settled();
        await sleep(COLLECTED_AFTER_MS);
        const now = await atRest();
        added[`${broker.type}Mebibytes`] = now - last;
        last = now;
      }
      return { addedMebibytes: last - before, ...added, before };
    } finally {
      await world.end();
      for (const broker of brokers) await broker.stop();
      await stage.restartOperator();
    }
  },
};
