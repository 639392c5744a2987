/** Events of 1 KB on their way to a local service, by how many Alerts there are. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';
import { type AlertMeasured, type AlertSetup, makeAlerts, startAlertLoad } from '../stage/alert-load.ts';
import { connectionsTo, forgetPeakOf, peakMebibytesOf, restingMebibytesOf } from '../stage/process-facts.ts';
import type { Stage } from '../stage/stage.ts';
import { CONNECTIONS, medianOfRounds, WARM_UP_SECONDS } from './measure-load.ts';

const SECONDS = 6;
const QUIET = { connections: 4, perSecond: 20, seconds: 10 };

const namespacesOf = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const ONE = { namespaces: ['alert-one'] };

async function measured(
  stage: Stage,
  setup: AlertSetup,
  job: { connections: number; perSecond?: number; seconds: number; objects?: number },
): Promise<AlertMeasured> {
  const load = await startAlertLoad(stage, setup);
  try {
    const { alertsEach: deliveriesEach = 1 } = setup;
    return await load.measure({ namespaces: setup.namespaces, objects: 50, ...job, deliveriesEach });
  } finally {
    await load.end();
  }
}

/** The second of two rounds: of code that has run two hundred times the engine makes much, once. */
async function quietly(stage: Stage, setup: AlertSetup): Promise<AlertMeasured> {
  const load = await startAlertLoad(stage, setup);
  try {
    const job = { namespaces: setup.namespaces, objects: 50, ...QUIET, deliveriesEach: setup.alertsEach ?? 1 };
    await load.measure(job);
    return await load.measure(job);
  } finally {
    await load.end();
  }
}

function figuresOf({ answeredPerSecond, deliveredPerSecond, lost, answer, sink, cpuMsEach, callsEach }: AlertMeasured) {
  return {
    perSecond: deliveredPerSecond,
    takenPerSecond: answeredPerSecond,
    lost,
    answerP50Ms: answer.p50Ms,
    answerP99Ms: answer.p99Ms,
    sinkP50Ms: sink.p50Ms,
    sinkP99Ms: sink.p99Ms,
    cpuMsEach,
    callsEach,
  };
}

const flood = { connections: CONNECTIONS, seconds: SECONDS };

/** The medians of some rounds after a warm-up; what is lost, of all of them. */
async function flooded(stage: Stage, setup: AlertSetup, objects = 50): Promise<ReturnType<typeof figuresOf>> {
  const load = await startAlertLoad(stage, setup);
  const job = { ...flood, namespaces: setup.namespaces, objects, deliveriesEach: 1 };
  try {
    let { lost } = await load.measure({ ...job, seconds: WARM_UP_SECONDS });
    const figures = await medianOfRounds(async () => {
      const round = figuresOf(await load.measure(job));
      lost += round.lost;
      return round;
    });
    return { ...figures, lost };
  } finally {
    await load.end();
  }
}

const none: Row['figures'][number] = { name: 'lost', title: 'taken, not delivered', original: undefined, target: 0 };

const atOnce: Row['figures'] = [
  { name: 'perSecond', title: 'delivered/s', original: 2_722, target: 3_500, atLeast: true },
  { name: 'answerP50Ms', title: 'answer p50 ms', original: 10.9, target: 10 },
  { name: 'answerP99Ms', title: 'answer p99 ms', original: 198, target: 60 },
  { name: 'sinkP50Ms', title: 'at the service p50 ms', original: 156, target: 100 },
  { name: 'sinkP99Ms', title: 'at the service p99 ms', original: 699, target: 300 },
  { name: 'cpuMsEach', title: 'CPU ms each', original: 0.32, target: 0.25 },
  none,
];

const one: Row = {
  name: 'alerts-one',
  title: 'events, one Alert',
  receivers: 0,
  figures: atOnce,
  measure: (stage) => flooded(stage, ONE),
};

const many: Row = {
  name: 'alerts-200',
  title: 'events, 200 Alerts in 200 namespaces',
  receivers: 0,
  figures: atOnce.map((figure, index) => ({ ...figure, original: [658, 16, 1_009, 401, 1_879, 2.1][index] })),
  measure: (stage) => flooded(stage, { namespaces: namespacesOf(200, 'alert-many') }, 200),
};

const secret: Row = {
  name: 'alerts-secret',
  title: 'events, a Provider with a Secret',
  receivers: 0,
  figures: [
    { name: 'perSecond', title: 'delivered/s', original: 355, target: 3_500, atLeast: true },
    { name: 'cpuMsEach', title: 'CPU ms each', original: 2.2, target: 0.25 },
    { name: 'callsEach', title: 'API calls each', original: 1, target: 0.001 },
    none,
  ],
  measure: (stage) => flooded(stage, { namespaces: ['alert-secret'], withSecret: true }),
};

const fanOut: Row = {
  name: 'alerts-fan-out',
  title: 'one event for 50 Alerts, 20/s',
  receivers: 0,
  figures: [
    { name: 'answerP50Ms', title: 'answer p50 ms', original: 3.3, target: 2 },
    { name: 'answerP99Ms', title: 'answer p99 ms', original: 8.4, target: 6 },
    { name: 'sinkP50Ms', title: 'at the service p50 ms', original: 7, target: 7 },
    { name: 'sinkP99Ms', title: 'at the service p99 ms', original: 19, target: 19 },
    { name: 'cpuMsEach', title: 'CPU ms an event', original: 13.8, target: 6 },
    none,
  ],
  measure: async (stage) => figuresOf(await quietly(stage, { namespaces: ['alert-fan-out'], alertsEach: 50 })),
};

const others: Row = {
  name: 'alerts-2000-more',
  title: 'quiet, beside 2,000 Alerts of other kinds',
  receivers: 0,
  figures: [
    { name: 'answerP50Ms', title: 'answer p50 ms', original: 10.4, target: 2 },
    { name: 'answerP99Ms', title: 'answer p99 ms', original: 32, target: 6 },
    { name: 'cpuMsEach', title: 'CPU ms an event', original: 18.9, target: 1.2 },
  ],
  async measure(stage) {
    const rest = await startAlertLoad(stage, { namespaces: ['alert-others'], alertsEach: 2_000, others: true });
    try {
      return figuresOf(await quietly(stage, ONE));
    } finally {
      await rest.end();
    }
  },
};

const quiet: Row = {
  name: 'alerts-quiet',
  title: 'events, quiet, 20/s',
  receivers: 0,
  figures: [
    { name: 'answerP50Ms', title: 'answer p50 ms', original: 1.25, target: 1.3 },
    { name: 'answerP99Ms', title: 'answer p99 ms', original: 5.4, target: 5.4 },
    { name: 'sinkP50Ms', title: 'at the service p50 ms', original: 2, target: 2.5 },
    none,
  ],
  measure: async (stage) => figuresOf(await quietly(stage, ONE)),
};

/** 2,000 events for a service that hangs, then 200 for one that does not. */
const hanging: Row = {
  name: 'alerts-hanging',
  title: '200 events beside 2,000 for a service that hangs',
  receivers: 0,
  figures: [
    { name: 'sinkP99Ms', title: 'at the healthy service p99 ms', original: 5_000, target: 5_000 },
    { name: 'peakMebibytes', title: 'peak RSS MiB', original: 277, target: 150 },
    { name: 'connections', title: 'connections to the one that hangs', original: 2_000, target: 8 },
  ],
  async measure(stage) {
    await stage.restartOperator();
    const { pid } = stage.operator;
    const hangs = await startAlertLoad(stage, { namespaces: ['alert-hangs'], hangs: true });
    forgetPeakOf(pid);
    const many2000 = { namespaces: ['alert-hangs'], objects: 2_000, connections: 16, perSecond: 400, seconds: 5 };
    await hangs.measure({ ...many2000, deliveriesEach: 0 });
    const result = await measured(stage, ONE, { connections: 16, perSecond: 200, seconds: 1, objects: 200 });
    const connections = connectionsTo(pid, hangs.port);
    await hangs.end();
    return { sinkP99Ms: result.sink.p99Ms, peakMebibytes: peakMebibytesOf(pid), connections };
  },
};

/** The operator collects all its garbage at rest, and not twice in a minute. */
const COLLECTED_AFTER_MS = 60_000;

/** What a flood leaves behind, and what an Alert costs before the first event. */
const memory: Row = {
  name: 'alerts-memory',
  title: 'at rest, and events of one Alert at once',
  receivers: 0,
  figures: [
    { name: 'moreMebibytes', title: 'RSS at rest: more than without Alerts, MiB', original: undefined, target: 1 },
    { name: 'peakMebibytes', title: 'peak RSS MiB', original: 229, target: 150 },
    { name: 'mebibytes', title: 'RSS MiB after', original: 160, target: 100 },
  ],
  async measure(stage) {
    await stage.restartOperator();
    const { pid } = stage.operator;
    const withoutAlerts = await restingMebibytesOf(pid);
    const takeAway = await makeAlerts(stage, { namespaces: ['alert-rest'] });
    await sleep(COLLECTED_AFTER_MS);
    const moreMebibytes = (await restingMebibytesOf(pid)) - withoutAlerts;
    await takeAway();
    forgetPeakOf(pid);
    await measured(stage, ONE, flood);
    const peakMebibytes = peakMebibytesOf(pid);
    await sleep(COLLECTED_AFTER_MS);
    return { withoutAlerts, moreMebibytes, peakMebibytes, mebibytes: await restingMebibytesOf(pid) };
  },
};

export const alertRows: readonly Row[] = [one, many, secret, fanOut, others, quiet, hanging, memory];
