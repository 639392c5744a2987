/** Reads V8's CPU profiles: which functions the time went to. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
}

const SHOWN = 40;
/** What V8 calls the time in which there was nothing to do. */
const IDLE = '(idle)';

/**
 * The functions that took the most by themselves, of all profiles of a folder, as text. By number of samples: on a busy
 * machine the time between two of them says when the sampler had its turn.
 */
export function hottestOf(folder: string): string {
  const countOf = new Map<string, number>();
  let total = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { nodes, samples } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    const labels = new Map(nodes.map(({ id, callFrame }) => [id, labelOf(callFrame)]));
    for (const id of samples) {
      const label = labels.get(id) ?? '';
      if (label === IDLE) continue;
      total += 1;
      countOf.set(label, (countOf.get(label) ?? 0) + 1);
    }
  }
  const hottest = [...countOf].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return hottest.map(([label, count]) => `${((count / total) * 100).toFixed(1).padStart(5)} %  ${label}`).join('\n');
}

function labelOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name}  ${basename(url)}:${lineNumber + 1}`;
}
