/** Requests at an even pace: autocannon sends those of one second all at its beginning. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadJob, type LoadResult, resultOf } from './job.ts';

export async function paced(job: LoadJob & { readonly perSecond: number }): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let errors = 0;
  const underWay: Promise<void>[] = [];
  const begun = performance.now();
  const count = Math.round(job.seconds * job.perSecond);
  for (let i = 0; i < count; i++) {
    await sleep(Math.max(0, begun + (i * 1000) / job.perSecond - performance.now()));
    const sentMs = performance.now();
    const answered = post(agent, job, job.paths[i % job.paths.length] ?? '').then(
      (status) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.push(performance.now() - sentMs);
      },
      () => {
        errors += 1;
      },
    );
    underWay.push(answered);
  }
  await Promise.all(underWay);
  agent.destroy();
  return resultOf(statuses, errors, times, (performance.now() - begun) / 1000);
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
