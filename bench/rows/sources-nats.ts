/** Messages of NATS JetStream, each for one of 1,000 targets, by one BrokerReceiver. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import type { KubeClient, ResourceType } from '../../operator/kube/kube-client.ts';
import { createInformer } from '../../operator/kube/watch/informer.ts';
import { resultOf } from '../load/job.ts';
import { runPatchLoop } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { startNatsSource, untilAcknowledged } from '../stage/nats-source.ts';
import { cpuSecondsOf, restingMebibytesOf } from '../stage/process-facts.ts';
import { NAMESPACE, nameOf } from '../stage/receivers.ts';
import type { Stage } from '../stage/stage.ts';
import { medianOfRounds } from './measure-load.ts';

const TARGETS: ResourceType = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  plural: 'gitrepositories',
  namespaced: true,
};
/** At most so many messages of a source are in flight. */
const IN_FLIGHT = 10;
const MESSAGES = 4_000;
const WARM_UP = 500;
const LIMIT_SECONDS = 6;
const PUBLISH_WIDTH = 100;

async function measureSpread(stage: Stage): Promise<Record<string, number>> {
  const source = await startNatsSource(stage);
  try {
    for (let sent = 0; sent < MESSAGES; sent += PUBLISH_WIDTH) {
      const batch = Array.from({ length: PUBLISH_WIDTH }, (_, index) => nameOf((sent + index) % stage.size));
      await Promise.all(batch.map(source.publish));
    }
    await source.resume();
    const first = await untilAcknowledged(source, WARM_UP);
    const cpuSeconds = cpuSecondsOf(stage.operator.pid);
    const last = await untilAcknowledged(source, MESSAGES);
    const count = last.count - first.count;
    return {
      perSecond: (count * 1_000) / (last.atMs - first.atMs),
      cpuMsEach: ((cpuSecondsOf(stage.operator.pid) - cpuSeconds) * 1_000) / count,
    };
  } finally {
    await source.end();
  }
}

const spread: Row = {
  name: 'nats-spread',
  title: 'messages of NATS, spread over 1,000 targets',
  receivers: 1_000,
  figures: [
    { name: 'shareOfLimit', title: 'share of a bare PATCH loop', original: undefined, target: 0.8, atLeast: true },
  ],
  async measure(stage) {
    const { targetPaths } = await stage.population();
    const { kubeconfig } = stage;
    return await medianOfRounds(async () => {
      const measured = await measureSpread(stage);
      const job = { kubeconfig, paths: targetPaths, width: IN_FLIGHT, seconds: LIMIT_SECONDS };
      const bare = await runPatchLoop(job);
      const { perSecond = 0 } = measured;
      const facts = { barePerSecond: bare.perSecond, bareCpuMsEach: bare.cpuMsEach };
      return { ...measured, ...facts, shareOfLimit: perSecond / bare.perSecond };
    });
  },
};

const QUIET_EVERY_MS = 50;
const QUIET_MESSAGES = 200;

/** From a message's publishing to its annotation, as a watch shows it; and to a bare reader of the same messages. */
const quiet: Row = {
  name: 'nats-quiet',
  title: 'from send to annotation by NATS, quiet, 20/s',
  receivers: 1_000,
  figures: [
    { name: 'aboveP50Ms', title: 'p50 ms above the broker’s own', original: undefined, target: 15 },
    { name: 'aboveP99Ms', title: 'p99 ms above the broker’s own', original: undefined, target: 50 },
  ],
  async measure(stage) {
    await stage.population();
    const source = await startNatsSource(stage);
    const watched = await watchAnnotations(stage.client);
    const own = new Map<string, number>();
    try {
      await source.listen((target) => own.set(target, performance.now()));
      await source.resume();
      await source.publish(nameOf(0));
      await untilAcknowledged(source, 1);
      const sent = new Map<string, number>();
      for (let index = 1; index <= QUIET_MESSAGES; index++) {
        const target = nameOf(index);
        sent.set(target, performance.now());
        await source.publish(target);
        await sleep(QUIET_EVERY_MS);
      }
      await untilAcknowledged(source, QUIET_MESSAGES + 1);
      const seconds = (QUIET_MESSAGES * QUIET_EVERY_MS) / 1_000;
      const timesOf = (times: ReadonlyMap<string, number>) =>
        resultOf(
          {},
          0,
          [...sent].map(([target, sentMs]) => (times.get(target) ?? Number.NaN) - sentMs),
          seconds,
        );
      const [annotated, broker] = [timesOf(watched.times), timesOf(own)];
      return {
        aboveP50Ms: annotated.p50Ms - broker.p50Ms,
        aboveP99Ms: annotated.p99Ms - broker.p99Ms,
        p50Ms: annotated.p50Ms,
        p99Ms: annotated.p99Ms,
        brokerP50Ms: broker.p50Ms,
        brokerP99Ms: broker.p99Ms,
      };
    } finally {
      await watched.stop();
      await source.end();
    }
  },
};

/** When each target was last annotated, by its name. */
async function watchAnnotations(client: KubeClient) {
  const times = new Map<string, number>();
  const informer = createInformer({
    client,
    type: TARGETS,
    namespace: NAMESPACE,
    project: ({ metadata }) => ({ metadata }),
    log: pino({ level: 'silent' }),
    onEvent({ type, object: { metadata } }) {
      const isAnnotated = metadata.annotations?.[REQUESTED_AT_ANNOTATION] !== undefined;
      if (type !== 'deleted' && isAnnotated) times.set(metadata.name, performance.now());
    },
  });
  informer.start();
  await informer.whenSynced();
  return { times, stop: () => informer.stop() };
}

const memory: Row = {
  name: 'nats-memory',
  title: 'one BrokerReceiver of type nats, at rest',
  receivers: 0,
  figures: [{ name: 'addedMebibytes', title: 'RSS MiB added', original: undefined, target: 15 }],
  async measure(stage) {
    await stage.restartOperator();
    const before = await restingMebibytesOf(stage.operator.pid);
    const source = await startNatsSource(stage);
    try {
      await source.resume();
      // It is read once the first message is done.
      await source.publish('none');
      await untilAcknowledged(source, 1);
      const after = await restingMebibytesOf(stage.operator.pid);
      return { addedMebibytes: after - before, before, after };
    } finally {
      await source.end();
    }
  },
};

export const natsRows: readonly Row[] = [memory, spread, quiet];
