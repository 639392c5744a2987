// Faults of the API server, with a real server of each broker: no message is lost, and none is dead-lettered that can be done.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installChart } from '../support/chart.ts';
import { kubeconfigThrough } from '../support/kubeconfig-through.ts';
import {
  type AllBrokers,
  allDone,
  each,
  held,
  heldFor,
  readEach,
  sendToEach,
  startAllBrokers,
  talliesOf,
} from '../support/sources/test-brokers/all-brokers.ts';
import { createTcpProxy } from '../support/tcp-proxy.ts';

let started: AllBrokers;
beforeAll(async () => {
  started = await startAllBrokers();
});
afterEach(() => started.endTest());
afterAll(() => started?.stop());

/** For longer than each broker waits, SQS for 30 s, before it gives a message that is not extended to somebody else. */
const SLOW_SECONDS = 35;
const AWAY_SECONDS = 60;
/** A message that was given before is poison. */
const NEVER_AGAIN = 'msg.attempt <= 1 || req.again';

describe('the API server', () => {
  it('away for a minute, with messages coming: they are held, none comes again, and all are done when it is back', async () => {
    const { all } = await readEach(await started.worldOf(), started.brokers, 'away', NEVER_AGAIN);
    await started.controlPlane.killApiServer();
    await sendToEach(all, 3);
    await held(all);
    await sendToEach(all, 20);
    await heldFor(all, AWAY_SECONDS);
    const inFlight = await each(all, ({ name, objects }) => objects.metric('sluice_source_inflight', `name="${name}"`));
    await started.controlPlane.startApiServer();
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(10);
    await each(all, ({ settled }) => settled());
    expect(await talliesOf(all)).toEqual(allDone(24));
  });

  it('so slow that each of its answers takes longer than a broker waits: none comes again, and all are done', async () => {
    await installChart(started.controlPlane);
    const proxy = await createTcpProxy(started.controlPlane.url);
    started.atEnd(async () => {
      await proxy.restore();
      await proxy.stop();
    });
    const { all } = await readEach(
      await started.worldOf({ kubeconfig: await kubeconfigThrough(proxy, started.controlPlane) }),
      started.brokers,
      'slow',
      NEVER_AGAIN,
    );
    proxy.hold();
    await sendToEach(all, 10);
    await heldFor(all, SLOW_SECONDS);
    await proxy.restore();
    await each(all, ({ settled }) => settled());
    expect(await talliesOf(all)).toEqual(allDone(11));
  });
});
