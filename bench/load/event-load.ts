/**
 * The other side of alerting, in a process of its own: posts events as Flux's controllers do, and is the service that
 * they are delivered to. Says its port first; then does each job that it is sent.
 */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventJob, type EventResult, timesOf } from './event-job.ts';

/** When each event was posted, and what became of it. */
interface Run {
  readonly postedMs: Map<string, number>;
  readonly answeredMs: number[];
  readonly deliveredMs: number[];
  readonly statuses: Record<string, number>;
  delivered: number;
}

/** What is not delivered this long after the last event is lost. */
const SETTLE_MS = 20_000;
const SETTLE_EVERY_MS = 20;
/** What is posted there gets no answer. */
const HANGS = '/hangs';
const ID = /"message":"(\S+) /;

let run: Run = newRun();

function newRun(): Run {
  return { postedMs: new Map(), answeredMs: [], deliveredMs: [], statuses: {}, delivered: 0 };
}

const sink = createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const id = ID.exec(Buffer.concat(chunks).toString('latin1'))?.[1] ?? '';
    const postedMs = run.postedMs.get(id);
    if (postedMs !== undefined && incoming.url !== HANGS) {
      run.delivered += 1;
      run.deliveredMs.push(performance.now() - postedMs);
    }
    if (incoming.url !== HANGS) response.writeHead(200, { 'Content-Length': 0 }).end();
  });
});
sink.keepAliveTimeout = 60_000;
sink.listen(0, '127.0.0.1', () => process.send?.((sink.address() as AddressInfo).port));
process.on('message', async (job: EventJob) => process.send?.(await perform(job)));
process.on('disconnect', () => process.exit(0));

async function perform(job: EventJob): Promise<EventResult> {
  run = newRun();
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
  const begunMs = performance.now();
  let count = 0;
  const next = async (): Promise<void> => {
    const index = count;
    count += 1;
    await post(agent, job, index);
  };
  if (job.perSecond === undefined) await flood(job, next);
  else await atPace({ ...job, perSecond: job.perSecond }, next);
  const postSeconds = (performance.now() - begunMs) / 1_000;
  const taken = run.statuses['202'] ?? 0;
  const wanted = taken * job.deliveriesEach;
  const lastMs = performance.now();
  while (run.delivered < wanted && performance.now() - lastMs < SETTLE_MS) await sleep(SETTLE_EVERY_MS);
  agent.destroy();
  const allSeconds = (performance.now() - begunMs) / 1_000;
  return {
    statuses: run.statuses,
    answeredPerSecond: count / postSeconds,
    deliveredPerSecond: run.delivered / allSeconds,
    delivered: run.delivered,
    lost: wanted - run.delivered,
    answer: timesOf(run.answeredMs),
    sink: timesOf(run.deliveredMs),
  };
}

async function flood({ connections, seconds }: EventJob, next: () => Promise<void>): Promise<void> {
  const untilMs = performance.now() + seconds * 1_000;
  const connection = async (): Promise<void> => {
    while (performance.now() < untilMs) await next();
  };
  await Promise.all(Array.from({ length: connections }, connection));
}

async function atPace(
  { perSecond, seconds }: EventJob & { perSecond: number },
  next: () => Promise<void>,
): Promise<void> {
  const begunMs = performance.now();
  const underWay: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    await sleep(Math.max(0, begunMs + (index * 1_000) / perSecond - performance.now()));
    underWay.push(next());
  }
  await Promise.all(underWay);
}

function post(agent: Agent, job: EventJob, index: number): Promise<void> {
  const { id, body } = eventOf(job, index);
  return new Promise((resolve, reject) => {
    const sentMs = performance.now();
    if (!run.postedMs.has(id)) run.postedMs.set(id, sentMs);
    const sending = request(job.url, { agent, method: 'POST', headers: { 'Content-Type': 'application/json' } });
    sending.once('error', reject);
    sending.once('response', (response) => {
      const status = response.statusCode ?? 0;
      run.statuses[status] = (run.statuses[status] ?? 0) + 1;
      run.answeredMs.push(performance.now() - sentMs);
      response.resume().once('end', resolve);
    });
    sending.end(body);
  });
}

/** About 1 KB. Each message is another one, but for a job of duplicates. */
function eventOf(
  { run: runId, namespaces, objects, duplicates }: EventJob,
  index: number,
): { id: string; body: string } {
  const id = `${runId}-${duplicates ? 0 : index}`;
  const place = duplicates ? 0 : index;
  const name = `app-${place % objects}`;
  const body = JSON.stringify({
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      name,
      namespace: namespaces[place % namespaces.length],
      uid: `uid-of-${name}`,
      resourceVersion: '88121',
    },
    severity: 'info',
    timestamp: '2027-03-04T05:06:07Z',
    message: `${id} ${'Health check passed. '.repeat(24)}`,
    reason: 'HealthCheckPassed',
    metadata: { 'kustomize.toolkit.fluxcd.io/revision': 'main@sha1:9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12' },
    reportingController: 'kustomize-controller',
    reportingInstance: 'kustomize-controller-6c9d-x2',
  });
  return { id, body };
}
