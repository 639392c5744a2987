/**
 * `npm run fuzz -- --minutes N [--target name] [--seed S]`: sends what nobody would send to all that takes the input of
 * others, one target after the other with a new seed each, until the time is over. With a seed, each runs once with it.
 */
import { parseArgs } from 'node:util';
import { type ControlPlane, startControlPlane } from '../control-plane/start.ts';
import { celExpressionsTarget, celTextTarget, celWordsTarget } from '../test/fuzz/cel-target.ts';
import { type FuzzTarget, fuzz } from '../test/fuzz/fuzz.ts';
import { plainTarget, proxiedTarget, proxyHeaderTarget, tlsTarget } from '../test/fuzz/http-target.ts';
import { informerTarget } from '../test/fuzz/informer-target.ts';

const RUNS = 1_000;
/** Each of its runs is a watch or many of a real API server. */
const INFORMER_RUNS = 40;

let controlPlane: ControlPlane | undefined;

async function startInformerTarget(): Promise<FuzzTarget> {
  controlPlane = await startControlPlane({ ours: true, controllerManager: false });
  return await informerTarget(controlPlane.adminKubeconfig, 'default');
}

const targets: Readonly<Record<string, readonly (() => Promise<FuzzTarget>)[]>> = {
  http: [plainTarget, proxiedTarget, proxyHeaderTarget, tlsTarget],
  cel: [celTextTarget, celWordsTarget, celExpressionsTarget],
  informer: [startInformerTarget],
};

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, target: { type: 'string' }, seed: { type: 'string' } },
});
const [minutes, seed] = [Number(values.minutes), values.seed === undefined ? undefined : Number(values.seed)];
const names = values.target === undefined ? Object.keys(targets) : [values.target];
const starts = names.flatMap((name) => targets[name] ?? []);
if (!(minutes > 0) || (seed !== undefined && !Number.isInteger(seed)) || starts.length === 0) {
  console.error(`usage: npm run fuzz -- --minutes N [--target ${Object.keys(targets).join('|')}] [--seed S]`);
  process.exit(2);
}

const started: FuzzTarget[] = [];
try {
  for (const start of starts) started.push(await start());
  const until = Date.now() + minutes * 60_000;
  do {
    for (const target of started) {
      const runs = target.name === 'informer' ? INFORMER_RUNS : RUNS;
      await fuzz(target, { runs, ...(seed === undefined ? {} : { seed }) });
      if (Date.now() >= until) break;
    }
  } while (seed === undefined && Date.now() < until);
  console.log('nothing found');
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  for (const target of started) await target.stop();
  await controlPlane?.stop();
}
