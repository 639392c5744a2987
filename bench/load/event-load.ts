/**
 * The other side of alerting, in a process of its own: posts events as Flux's controllers do, and is the service that
 * they are delivered to. Says its port first; then does each job that it is sent.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventJob, type EventResult, type ServiceBehaviour, timesOf } from './event-job.ts';
import { connectPoster } from './event-poster.ts';
import { onMessages } from './http-messages.ts';

interface Posted {
  readonly atMs: number;
  /** Notifications that are still to come; a repeated one is no more than the first. */
  left: number;
}

/** When each event was posted, and what became of it. */
interface Run {
  readonly begunMs: number;
  readonly service: ServiceBehaviour;
  readonly posted: Map<string, Posted>;
  readonly answeredMs: number[];
  readonly deliveredMs: number[];
  readonly statuses: Record<string, number>;
  refused: number;
  inOrder: boolean;
  /** The number of the newest event that was delivered. */
  newest: number;
  /** When the last one arrived. */
  lastMs: number;
}

const SETTLE_MS = 5_000;
const SETTLE_EVERY_MS = 20;
/** What is posted there gets no answer. */
const HANGS = '/hangs';
const ID = /"message":"(\S+-(\d+)) /;
const TAKEN = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const REFUSED = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';

let run = newRun({});

function newRun(service: ServiceBehaviour): Run {
  const begunMs = performance.now();
  const none = { refused: 0, inOrder: true, newest: -1, lastMs: begunMs };
  return { begunMs, service, posted: new Map(), answeredMs: [], deliveredMs: [], statuses: {}, ...none };
}

const sink = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  onMessages(socket, (head, body) => {
    if (!head.startsWith(HANGS, 'POST '.length)) serve(socket, body);
  });
});
sink.listen(0, '127.0.0.1', () => process.send?.((sink.address() as AddressInfo).port));
process.on('message', async (job: EventJob) => process.send?.(await perform(job)));
process.on('disconnect', () => process.exit(0));

function serve(socket: Socket, body: string): void {
  const { service, begunMs } = run;
  const nowMs = performance.now();
  if (nowMs - begunMs < (service.refusesForMs ?? 0) || run.refused < (service.refusesFirst ?? 0)) {
    run.refused += 1;
    socket.write(REFUSED, 'latin1');
    return;
  }
  if (service.answersAfterMs === undefined) socket.write(TAKEN, 'latin1');
  else setTimeout(() => socket.write(TAKEN, 'latin1'), service.answersAfterMs);
  const [, id = '', index] = ID.exec(body) ?? [];
  const posted = run.posted.get(id);
  if (posted === undefined || posted.left === 0) return;
  posted.left -= 1;
  run.lastMs = nowMs;
  run.deliveredMs.push(nowMs - posted.atMs);
  run.inOrder &&= Number(index) >= run.newest;
  run.newest = Number(index);
}

async function perform(job: EventJob): Promise<EventResult> {
  run = newRun(job.service ?? {});
  const { posted } = run;
  const poster = await connectPoster(job, (id) => {
    if (!posted.has(id)) posted.set(id, { atMs: performance.now(), left: job.deliveriesEach });
  });
  const { begunMs } = run;
  let count = 0;
  const next = async (): Promise<void> => {
    const { status, ms } = await poster.post(count++);
    run.statuses[status] = (run.statuses[status] ?? 0) + 1;
    run.answeredMs.push(ms);
  };
  if (job.perSecond === undefined) await flood(job, next);
  else await atPace({ ...job, perSecond: job.perSecond }, next);
  const postedSeconds = (performance.now() - begunMs) / 1_000;
  poster.end();
  const wanted = (run.statuses['202'] ?? 0) * job.deliveriesEach;
  await settled(wanted, job.settleMs ?? SETTLE_MS);
  const delivered = run.deliveredMs.length;
  return {
    statuses: run.statuses,
    answeredPerSecond: count / postedSeconds,
    deliveredPerSecond: (delivered * 1_000) / (run.lastMs - begunMs),
    delivered,
    refused: run.refused,
    inOrder: run.inOrder,
    lost: Math.max(wanted - delivered, 0),
    answer: timesOf(run.answeredMs),
    sink: timesOf(run.deliveredMs),
  };
}

async function settled(wanted: number, settleMs: number): Promise<void> {
  const endedMs = performance.now();
  while (run.deliveredMs.length < wanted && performance.now() - Math.max(endedMs, run.lastMs) < settleMs) {
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
