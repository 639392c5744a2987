/** Requests at an even pace: autocannon sends those of one second all at its beginning. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadJob, type LoadResult, resultOf } from './job.ts';

export async function paced(job: LoadJob & { readonly perSecond: number }): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let errors = 0;
  const begunMs = performance.now();
  await atPace(job.perSecond, job.seconds, async (index) => {
    const sentMs = performance.now();
    try {
      const status = await post(agent, job, job.paths[index % job.paths.length] ?? '');
      statuses[status] = (statuses[status] ?? 0) + 1;
      times.push(performance.now() - sentMs);
    } catch {
      errors += 1;
    }
  });
  agent.destroy();
  return resultOf(statuses, errors, times, (performance.now() - begunMs) / 1000);
}

/** Begins `one` so often, evenly spaced, whether those before have ended or not; done when all have. */
async function atPace(perSecond: number, seconds: number, one: (index: number) => Promise<void>): Promise<void> {
  const begunMs = performance.now();
  const count = Math.round(seconds * perSecond);
  const underWay: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, begunMs + (index * 1000) / perSecond - performance.now()));
    underWay.push(one(index));
  }
  await Promise.all(underWay);
}

function post(agent: Agent, { url, headers, body }: LoadJob, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body, 'base64');
    const sending = request(url + path, { agent, method: 'POST', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sending.once('error', reject);
    sending.end(bytes);
  });
}
