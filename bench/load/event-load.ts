/**
 * The other side of alerting, in a process of its own: posts events as Flux's controllers do, and is the service that
 * they are delivered to. Says its port first; then does each job that it is sent.
 */
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventJob, type EventResult, timesOf } from './event-job.ts';
import { connectPoster } from './event-poster.ts';
import { onMessages } from './http-messages.ts';

/** When each event was posted, and what became of it. */
interface Run {
  readonly postedMs: Map<string, number>;
  readonly answeredMs: number[];
  readonly deliveredMs: number[];
  readonly statuses: Record<string, number>;
  /** When the last one arrived. */
  lastMs: number;
}

/** What is left is lost when nothing has been delivered for so long. */
const SETTLE_MS = 5_000;
const SETTLE_EVERY_MS = 20;
/** What is posted there gets no answer. */
const HANGS = '/hangs';
const ID = /"message":"(\S+) /;
const TAKEN = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

let run: Run = newRun();

function newRun(): Run {
  return { postedMs: new Map(), answeredMs: [], deliveredMs: [], statuses: {}, lastMs: performance.now() };
}

const sink = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  onMessages(socket, (head, body) => {
    if (head.startsWith(HANGS, 'POST '.length)) return;
    socket.write(TAKEN, 'latin1');
    const postedMs = run.postedMs.get(ID.exec(body)?.[1] ?? '');
    if (postedMs === undefined) return;
    run.lastMs = performance.now();
    run.deliveredMs.push(run.lastMs - postedMs);
  });
});
sink.listen(0, '127.0.0.1', () => process.send?.((sink.address() as AddressInfo).port));
process.on('message', async (job: EventJob) => process.send?.(await perform(job)));
process.on('disconnect', () => process.exit(0));

async function perform(job: EventJob): Promise<EventResult> {
  run = newRun();
  const { postedMs } = run;
  const poster = await connectPoster(job, (id) => {
    if (!postedMs.has(id)) postedMs.set(id, performance.now());
  });
  const begunMs = performance.now();
  let count = 0;
  const next = async (): Promise<void> => {
    const { status, ms } = await poster.post(count++);
    run.statuses[status] = (run.statuses[status] ?? 0) + 1;
    run.answeredMs.push(ms);
  };
  if (job.perSecond === undefined) await flood(job, next);
  else await atPace({ ...job, perSecond: job.perSecond }, next);
  const postedSeconds = (performance.now() - begunMs) / 1_000;
  const wanted = (run.statuses['202'] ?? 0) * job.deliveriesEach;
  await settled(wanted);
  poster.end();
  const delivered = run.deliveredMs.length;
  return {
    statuses: run.statuses,
    answeredPerSecond: count / postedSeconds,
    deliveredPerSecond: (delivered * 1_000) / (run.lastMs - begunMs),
    delivered,
    lost: Math.max(wanted - delivered, 0),
    answer: timesOf(run.answeredMs),
    sink: timesOf(run.deliveredMs),
  };
}

async function settled(wanted: number): Promise<void> {
  const endedMs = performance.now();
  while (run.deliveredMs.length < wanted && performance.now() - Math.max(endedMs, run.lastMs) < SETTLE_MS) {
    await sleep(SETTLE_EVERY_MS);
  }
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
