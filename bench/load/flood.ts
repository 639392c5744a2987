/** As many requests as a number of connections can carry: autocannon. */
import autocannon, { type Instance, type Options, type Result } from 'autocannon';
import { type LoadJob, type LoadResult, resultOf } from './job.ts';

/** A request that has no answer by then is an error. */
const TIMEOUT_SECONDS = 30;

export async function flood(job: LoadJob): Promise<LoadResult> {
  const body = Buffer.from(job.body, 'base64');
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let clients = 0;
  let errors = 0;
  const options: Options = {
    url: job.url,
    connections: job.connections,
    duration: job.seconds,
    timeout: TIMEOUT_SECONDS,
    setupClient(client) {
      const own = partOf(job.paths, clients, job.connections);
      clients += 1;
      client.setRequests(own.map((path) => ({ method: 'POST', path, headers: job.headers, body })));
    },
  };
  const { duration } = await run(options, (instance) => {
    instance.on('response', (_client, status, _bytes, ms) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      times.push(ms);
    });
    instance.on('reqError', () => {
      errors += 1;
    });
  });
  return resultOf(statuses, errors, times, duration);
}

function run(options: Options, listen: (instance: Instance) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    listen(instance);
  });
}

/** No two connections share a path, as long as there are enough. */
function partOf(paths: readonly string[], index: number, connections: number): readonly string[] {
  if (paths.length < connections) return paths;
  return paths.filter((_path, i) => i % connections === index);
}
