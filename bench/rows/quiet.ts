/** What one webhook takes when there is nothing else to do. */
import type { Row } from '../row.ts';
import { measureLoad } from './measure-load.ts';

export const QUIET = { connections: 4, perSecond: 20 };

export const quiet: Row = {
  name: 'quiet',
  title: 'quiet, 20/s',
  receivers: 1_000,
  figures: [
    { name: 'p50Ms', title: 'p50 ms', original: 6.7, target: 4.5 },
    { name: 'p99Ms', title: 'p99 ms', original: 12.3, target: 10 },
  ],
  async measure(stage) {
    const { paths } = await stage.population();
    const { p50Ms, p99Ms } = await measureLoad(stage, { ...QUIET, paths, seconds: 10 });
    return { p50Ms, p99Ms };
  },
};
