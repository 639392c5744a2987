/** What it costs that deliveries are remembered and followed, beside operators that do not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../operator/kube/kube-client.ts';
import type { OperatorProcess } from '../../test/support/operator-process.ts';
import type { Row } from '../row.ts';
import { restingMebibytesOf, rssMebibytesOf } from '../stage/process-facts.ts';
import { nameOf, receiverPath } from '../stage/receivers.ts';
import type { Stage } from '../stage/stage.ts';
import { forged, genuine } from '../stage/webhook.ts';
import { besides, compareLoads } from './beside.ts';
import { type Load, load, loadWithCpu, WARM_UP_SECONDS } from './measure-load.ts';

const WITHOUT_HISTORY = ['--delivery-history=0'];
const WITHOUT_FOLLOW = ['--follow=off'];
/** 60 of each of 1,000 Receivers are more than the 5,000 that are remembered in all. */
const FILL_SECONDS = 10;
const PUSHES = { connections: 16, perSecond: 500, seconds: 60 };
/** A writer waits 30 s between two writes. */
const STATUS_LOOK_MS = 500;

/** How often the status of the first Receiver is written while `work` goes on. */
async function statusWritesDuring({ client }: Stage, work: () => Promise<unknown>): Promise<number> {
  const versions = new Set<string>();
  const look = async (): Promise<void> => {
    const { metadata } = await client.request<KubeObject>({ method: 'GET', path: receiverPath(nameOf(0)) });
    versions.add(metadata.resourceVersion ?? '');
  };
  await look();
  let isOver = false;
  const done = work().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await look();
    await sleep(STATUS_LOOK_MS);
  }
  await done;
  await look();
  return versions.size - 1;
}

async function growthOf(operator: OperatorProcess, what: Load): Promise<number> {
  await loadWithCpu(operator, { ...what, seconds: WARM_UP_SECONDS });
  const before = rssMebibytesOf(operator.pid);
  await loadWithCpu(operator, { ...what, seconds: FILL_SECONDS });
  return (await restingMebibytesOf(operator.pid)) - before;
}

export const deliveryRows: readonly Row[] = [
  {
    name: 'history-forged',
    title: 'forged requests, beside --delivery-history 0',
    receivers: 2,
    figures: [
      { name: 'share', title: 'share of its rate', original: undefined, target: 0.98, atLeast: true },
      { name: 'moreCpuUs', title: 'CPU µs more each', original: undefined, target: 2 },
    ],
    async measure(stage) {
      const [path = ''] = (await stage.population()).paths;
      return await compareLoads(stage, WITHOUT_HISTORY, { paths: [path], delivery: forged, status: 400 });
    },
  },
  {
    name: 'history-accepted',
    title: 'accepted webhooks, beside --delivery-history 0',
    receivers: 2,
    figures: [{ name: 'moreCpuUs', title: 'CPU µs more each', original: undefined, target: 5 }],
    async measure(stage) {
      const [path = ''] = (await stage.population()).paths;
      return await compareLoads(stage, WITHOUT_HISTORY, { paths: [path], delivery: genuine });
    },
  },
  {
    name: 'status-writes',
    title: '500 webhooks a second to one Receiver, a minute',
    receivers: 2,
    figures: [{ name: 'writes', title: 'writes of its status', original: undefined, target: 2 }],
    async measure(stage) {
      const [path = ''] = (await stage.population()).paths;
      return { writes: await statusWritesDuring(stage, () => load(stage, { paths: [path], ...PUSHES })) };
    },
  },
  {
    name: 'history-rest',
    title: 'at rest, beside --delivery-history 0',
    receivers: 0,
    figures: [{ name: 'mebibytes', title: 'RSS MiB more', original: undefined, target: 0.5 }],
    async measure(stage) {
      return await besides(stage, WITHOUT_HISTORY, async ({ on, off, twin }) => {
        const [more = 0, less = 0, same = 0] = await Promise.all(
          [on, off, twin].map(({ pid }) => restingMebibytesOf(pid)),
        );
        return { mebibytes: more - less, limitMebibytes: same - less };
      });
    },
  },
  {
    name: 'history-full',
    title: '5,000 deliveries of 1,000 Receivers remembered',
    receivers: 1_000,
    figures: [{ name: 'mebibytes', title: 'RSS MiB more than with none', original: undefined, target: 8 }],
    async measure(stage) {
      const { paths } = await stage.population();
      return await besides(stage, WITHOUT_HISTORY, async ({ on, off, twin }) => {
        const more = await growthOf(on, { paths });
        const less = await growthOf(off, { paths });
        return {
          mebibytes: more - less,
          limitMebibytes: (await growthOf(twin, { paths })) - less,
          grownMebibytes: more,
        };
      });
    },
  },
  {
    name: 'follow',
    title: '1,000 Receivers, spread load, beside --follow off',
    receivers: 1_000,
    figures: [{ name: 'share', title: 'share of its rate', original: undefined, target: 0.95, atLeast: true }],
    async measure(stage) {
      const { paths } = await stage.population();
      return await compareLoads(stage, WITHOUT_FOLLOW, { paths });
    },
  },
];
