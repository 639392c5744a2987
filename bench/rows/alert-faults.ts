/** Events while a service, the API server or the operator itself is away: how many are delivered in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventJob } from '../load/event-job.ts';
import type { Figure, Row } from '../row.ts';
import { type AlertLoad, type AlertSetup, startAlertLoad } from '../stage/alert-load.ts';
import type { Stage } from '../stage/stage.ts';

type Job = Pick<EventJob, 'objects' | 'perSecond' | 'seconds' | 'service' | 'settleMs'>;

const NAMESPACES = ['alert-faults'];
const POST = { namespaces: NAMESPACES, connections: 1, deliveriesEach: 1 };

const all = (of: number, original: number): Figure => {
  return { name: 'delivered', title: `delivered, of ${of}`, original, target: of, atLeast: true };
};

async function withLoad<T>(stage: Stage, setup: Partial<AlertSetup>, use: (load: AlertLoad) => Promise<T>): Promise<T> {
  const load = await startAlertLoad(stage, { namespaces: NAMESPACES, ...setup });
  try {
    return await use(load);
  } finally {
    await load.end();
  }
}

const AWAY_MS = 60_000;
const refusing: Row = {
  name: 'alerts-503',
  title: 'a service answers 503 for 60 s, 100 events',
  receivers: 0,
  figures: [all(100, 8)],
  async measure(stage) {
    const job: Job = {
      objects: 100,
      perSecond: 100,
      seconds: 1,
      service: { refusesForMs: AWAY_MS },
      // A retry may come as late again as the service was away.
      settleMs: 2.5 * AWAY_MS,
    };
    return await withLoad(stage, {}, async (load) => {
      const { delivered, refused } = await load.run({ ...POST, ...job });
      return { delivered, refused };
    });
  },
};

const API_AWAY_MS = 15_000;
function apiAway(name: string, title: string, setup: Partial<AlertSetup>, original: number): Row {
  return {
    name,
    title,
    receivers: 0,
    figures: [all(50, original), { name: 'answerP99Ms', title: 'answer p99 ms', original: undefined, target: 100 }],
    measure: (stage) =>
      withLoad(stage, setup, async (load) => {
        const { controlPlane } = stage;
        await controlPlane.killApiServer();
        const back = sleep(API_AWAY_MS).then(() => controlPlane.startApiServer());
        const { delivered, answer } = await load.run({ ...POST, objects: 50, perSecond: 50 / 12, seconds: 12 });
        await back;
        return { delivered, answerP99Ms: answer.p99Ms };
      }),
  };
}

const ending: Row = {
  name: 'alerts-sigterm',
  title: 'SIGTERM with 50 deliveries under way',
  receivers: 0,
  figures: [all(50, 0)],
  measure: (stage) =>
    withLoad(stage, {}, async (load) => {
      const job: Job = { objects: 50, perSecond: 200, seconds: 0.25, service: { answersAfterMs: 500 } };
      const posting = load.run({ ...POST, ...job, settleMs: 20_000 });
      await sleep(1_000);
      await stage.restartOperator();
      const { delivered } = await posting;
      return { delivered };
    }),
};

/** As a truth: 1 for yes. */
const inOrder: Figure = { name: 'inOrder', title: 'in order (1: yes)', original: 0, target: 1, atLeast: true };
function ordered(name: string, title: string, service: EventJob['service']): Row {
  return {
    name,
    title,
    receivers: 0,
    figures: [all(20, 20), inOrder],
    measure: (stage) =>
      withLoad(stage, {}, async (load) => {
        const job = { ...POST, objects: 1, perSecond: 100, seconds: 0.2, ...(service && { service }) };
        const result = await load.run(job);
        return { delivered: result.delivered, inOrder: Number(result.inOrder) };
      }),
  };
}

export const alertFaultRows: readonly Row[] = [
  refusing,
  apiAway('alerts-api-away', 'API server away for 15 s, 50 events', {}, 25),
  apiAway('alerts-api-away-secret', 'the same with a Secret', { withSecret: true }, 0),
  ending,
  ordered('alerts-order', '20 events of one object', undefined),
  ordered('alerts-order-refused', 'the same, the first one refused once', { refusesFirst: 1 }),
];
