/** A load with what it cost the operator, taken as often as noise needs. */

import type { Delivery } from '../../test/support/github-delivery.ts';
import type { LoadResult } from '../load/job.ts';
import { type BareServer, runLoad } from '../load/run-process.ts';
import { apiCallsOf } from '../stage/api-calls.ts';
import { cpuSecondsOf, medianOf } from '../stage/process-facts.ts';
import type { Stage } from '../stage/stage.ts';
import { genuine } from '../stage/webhook.ts';

export interface Load {
  readonly paths: readonly string[];
  readonly delivery?: Delivery;
  readonly connections?: number;
  readonly perSecond?: number;
  readonly seconds?: number;
  /** What all answers must be. */
  readonly status?: number;
}

export interface Measured extends Omit<LoadResult, 'statuses' | 'errors'> {
  /** Calls to the API server, CPU of the operator, for each request. */
  readonly callsEach: number;
  readonly cpuMsEach: number;
}

export const CONNECTIONS = 64;
const SECONDS = 8;
export const WARM_UP_SECONDS = 2;
const ROUNDS = 3;
/** Renewals of the Lease are PUTs, and no webhook's doing. */
const LEASE_METHOD = 'PUT';

export function load(stage: Stage, what: Load): Promise<LoadResult> {
  return loadAt(stage.operator.url, what);
}

/** @throws Error when an answer is another than it should be, which would make the figures worthless. */
export async function loadAt(url: string, what: Load): Promise<LoadResult> {
  const { delivery = genuine, connections = CONNECTIONS, perSecond, seconds = SECONDS, status = 200 } = what;
  const result = await runLoad({
    url,
    paths: what.paths,
    headers: delivery.headers,
    body: delivery.body.toString('base64'),
    connections,
    seconds,
    ...(perSecond === undefined ? {} : { perSecond }),
  });
  const others = Object.keys(result.statuses).filter((each) => each !== String(status));
  if (others.length > 0 || result.errors > 0) {
    throw new Error(
      `not every request was answered ${status}: ${JSON.stringify(result.statuses)}, ${result.errors} errors`,
    );
  }
  return result;
}

async function callsOf({ operator }: Stage): Promise<number> {
  const calls = Object.entries(await apiCallsOf(operator.metricsUrl));
  return calls.reduce((sum, [method, count]) => (method === LEASE_METHOD ? sum : sum + count), 0);
}

/** A load on a process that serves, and what each request cost it. */
export async function loadWithCpu(
  { url, pid }: { readonly url: string; readonly pid: number },
  what: Load,
): Promise<Omit<Measured, 'callsEach'> & { readonly answers: number }> {
  const cpu = cpuSecondsOf(pid);
  const { statuses, errors: _none, ...times } = await loadAt(url, what);
  const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return { ...times, answers, cpuMsEach: ((cpuSecondsOf(pid) - cpu) * 1000) / answers };
}

export async function measureOnce(stage: Stage, what: Load): Promise<Measured> {
  const calls = await callsOf(stage);
  const { answers, ...measured } = await loadWithCpu(stage.operator, what);
  return { ...measured, callsEach: ((await callsOf(stage)) - calls) / answers };
}

/** Has it serve as long as `measure` takes. */
export async function whileServing<T>(
  starting: Promise<BareServer>,
  measure: (server: BareServer) => Promise<T>,
): Promise<T> {
  const server = await starting;
  try {
    return await measure(server);
  } finally {
    server.end();
  }
}

/** The median of each figure, after a warm-up. */
export async function measureLoad(stage: Stage, what: Load): Promise<Measured> {
  await load(stage, { ...what, seconds: WARM_UP_SECONDS });
  return await medianOfRounds(() => measureOnce(stage, what));
}

/** The median of each figure over as many rounds as noise needs. */
export async function medianOfRounds<T extends object>(round: () => Promise<T>): Promise<T> {
  const rounds: T[] = [];
  while (rounds.length < ROUNDS) rounds.push(await round());
  const names = Object.keys(rounds[0] ?? {}) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, medianOf(rounds.map((each) => Number(each[name])))])) as T;
}
