/** The load generator's process: one job in, one result out. */
import { flood } from './flood.ts';
import type { LoadJob } from './job.ts';
import { paced } from './paced.ts';

process.once('message', async (message) => {
  const job = message as LoadJob;
  const { perSecond } = job;
  const result = perSecond === undefined ? await flood(job) : await paced({ ...job, perSecond });
  process.send?.(result, () => process.disconnect());
});
