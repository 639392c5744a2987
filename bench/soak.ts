/**
 * `npm run soak -- --minutes N`: Receivers are created, rotated and deleted in turn under load, and what the operator
 * holds must be the same in the last fifth of the time as in the second. Ends with 1 where it is not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { liveOn, newLives } from './soak/lives.ts';
import { type Answers, sendOn } from './soak/senders.ts';
import { connectionsTo, medianOf, openFilesOf, rssMebibytesOf } from './stage/process-facts.ts';
import { watchReady } from './stage/receivers.ts';
import { createStage, type Stage } from './stage/stage.ts';

const RECEIVERS = 300;
const SENDERS = 6;
/** Their creation is spread over so long, so that there is always some of everything. */
const BEGIN_EVERY_MS = 100;
const SAMPLE_EVERY_MS = 5_000;
const SAMPLES_A_LINE = 3;
const MEBIBYTE = 2 ** 20;

/** More than `share` of the second fifth and `plus` on top is growth. */
const SERIES = {
  'RSS MiB': { share: 0.1, plus: 5 },
  'heap MiB': { share: 0.1, plus: 5 },
  'open files': { share: 0.1, plus: 5 },
  handles: { share: 0.1, plus: 5 },
  'API connections': { share: 0.1, plus: 3 },
  'Receivers Ready': { share: 0.1, plus: 5 },
};
type Sample = Readonly<Record<keyof typeof SERIES, number>>;

async function sampleOf({ operator, controlPlane }: Stage, receivers: number): Promise<Sample> {
  const metrics = await (await fetch(operator.metricsUrl)).text();
  const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
  return {
    'RSS MiB': rssMebibytesOf(operator.pid),
    'heap MiB': metric('nodejs_heap_size_used_bytes') / MEBIBYTE,
    'open files': openFilesOf(operator.pid).length,
    handles: metric('nodejs_active_handles_total'),
    'API connections': connectionsTo(operator.pid, Number(new URL(controlPlane.url).port)),
    'Receivers Ready': receivers,
  };
}

/** Prints each series and whether it is flat. @returns whether all are */
function judge(samples: readonly Sample[]): boolean {
  const fifth = Math.floor(samples.length / 5);
  let flat = true;
  for (const [name, { share, plus }] of Object.entries(SERIES)) {
    const values = samples.map((sample) => sample[name as keyof Sample]);
    const [second, last] = [medianOf(values.slice(fifth, 2 * fifth)), medianOf(values.slice(-fifth))];
    const most = second * (1 + share) + plus;
    // What is not a number is not flat either.
    const isFlat = last <= most;
    flat &&= isFlat;
    const figures = [second, last, most].map((value) => value.toFixed(1).padStart(8)).join('');
    console.log(`  ${name.padEnd(16)}${figures}  ${isFlat ? 'flat' : 'GROWS'}`);
  }
  return flat;
}

function textOf({ counts }: Answers): string {
  const texts = [...counts].toSorted().map(([key, count]) => `${key}: ${count}`);
  return texts.join(', ');
}

async function soak(stage: Stage, minutes: number): Promise<boolean> {
  const lives = newLives();
  const answers: Answers = { counts: new Map(), unexpected: 0 };
  const stop = new AbortController();
  const ready = await watchReady(stage.client);
  const begin = async (index: number): Promise<void> => {
    await sleep(index * BEGIN_EVERY_MS);
    await liveOn(stage, ready, lives, stop.signal);
  };
  const running = Promise.all([
    ...Array.from({ length: RECEIVERS }, (_, index) => begin(index)),
    ...Array.from({ length: SENDERS }, () => sendOn(stage.operator.url, lives, answers, stop.signal)),
  ]);
  const samples: Sample[] = [];
  const watch = async (): Promise<void> => {
    const endMs = performance.now() + minutes * 60_000;
    while (performance.now() < endMs) {
      await sleep(SAMPLE_EVERY_MS);
      const sample = await sampleOf(stage, ready.paths.size);
      if (samples.push(sample) % SAMPLES_A_LINE !== 0) continue;
      const figures = Object.entries(sample).map(([name, value]) => `${name} ${Math.round(value)}`);
      console.log(`${(samples.length * SAMPLE_EVERY_MS) / 1000} s: ${figures.join(', ')}; ${textOf(answers)}`);
    }
  };
  // Whichever of them fails ends the run; the lives end when the cluster does.
  await Promise.race([watch(), running.then(() => Promise.reject(new Error('the load ended before its time')))]);
  stop.abort();
  running.catch(() => undefined);
  await ready.stop();
  const { created, rotated, deleted } = lives.counts;
  console.log(`\nReceivers created ${created}, rotated ${rotated}, deleted ${deleted}\nanswers: ${textOf(answers)}`);
  const log = readFileSync(join(stage.controlPlane.dir, 'operator.log'), 'utf8');
  const leaks = log.split('MaxListenersExceededWarning').length - 1;
  console.log(`answers that should have been others: ${answers.unexpected}; warnings of too many listeners: ${leaks}`);
  console.log(`medians        second fifth    last  at most`);
  return judge(samples) && answers.unexpected === 0 && leaks === 0;
}

function minutesOf(): number {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } });
  const minutes = Number(values.minutes);
  if (!(minutes >= 2 && minutes <= 1440)) throw new Error(`--minutes is ${values.minutes}; it goes from 2 to 1440`);
  return minutes;
}

let stage: Stage | undefined;
try {
  const minutes = minutesOf();
  stage = await createStage(0);
  if (!(await soak(stage, minutes))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await stage?.end();
}
// Lives that wait for their turn are not needed.
process.exit();
