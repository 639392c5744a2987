/**
 * `npm run timing`: whether the time of a refusal tells how a signature or a token is wrong. Prints statistics and judges
 * nothing, because a busy machine is noise. Each way of being wrong is measured in turn with the others, in random order.
 */
import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { webhookTypes } from '../operator/webhooks/index.ts';

const ROUNDS = 2_000;
const CALLS_A_ROUND = 50;
const WARM_UP_ROUNDS = 300;
/** Of each sample, the slowest tenth is interrupts and collections. */
const KEPT_SHARE = 0.9;

interface Way {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Subject {
  readonly name: string;
  readonly type: string;
  readonly ways: readonly Way[];
}

const token = Buffer.from(randomBytes(32).toString('hex'));
const body = Buffer.from(JSON.stringify({ payload: randomBytes(3_500).toString('hex') }));

/** With one hex digit other than it should be. */
function spoiled(hex: string, index: number): string {
  const digit = ((Number.parseInt(hex.charAt(index), 16) + 1) % 16).toString(16);
  return hex.slice(0, index) + digit + hex.slice(index + 1);
}

function waysOf(right: string, header: string, prefix = ''): Way[] {
  const wrong: readonly (readonly [string, string])[] = [
    ['first byte', spoiled(right, 0)],
    ['last byte', spoiled(right, right.length - 1)],
    ['every byte', [...right].map((_, index) => spoiled(right, index).charAt(index)).join('')],
    ['one byte short', right.slice(0, -2)],
    ['one byte long', `${right}00`],
  ];
  // As node:http gives it: a string in one piece, which V8 reads faster than one put together.
  const flat = (value: string): string => Buffer.from(prefix + value).toString('latin1');
  return wrong.map(([name, value]) => ({ name, headers: { [header]: flat(value) } }));
}

const hmac = (algorithm: string): string => createHmac(algorithm, token).update(body).digest('hex');
const subjects: readonly Subject[] = [
  {
    name: 'github: signature over 7 KB',
    type: 'github',
    ways: waysOf(hmac('sha256'), 'x-hub-signature-256', 'sha256='),
  },
  { name: 'nexus: signature over 7 KB', type: 'nexus', ways: waysOf(hmac('sha1'), 'x-nexus-webhook-signature') },
  { name: 'gitlab: token', type: 'gitlab', ways: waysOf(token.toString(), 'x-gitlab-token') },
  { name: 'harbor: token', type: 'harbor', ways: waysOf(token.toString(), 'authorization') },
];

/** What is called is what the server calls: the checks of the head, then the whole proof. */
function refusalBy({ type }: Subject, way: Way): () => void {
  const verifier = webhookTypes.get(type)?.prepare({ token, secret: { token }, oidcProviders: [] });
  if (verifier === undefined) throw new Error(`no type ${type}`);
  const headers = { 'content-type': 'application/json', ...way.headers };
  const request = { method: 'POST', headers, rawHeaders: Object.entries(headers).flat(), body };
  return () => {
    let refused = false;
    try {
      verifier.head(request)(body);
    } catch {
      refused = true;
    }
    if (!refused) throw new Error(`${type}, ${way.name}: accepted`);
  };
}

function timeNs(call: () => void): number {
  const begun = process.hrtime.bigint();
  for (let time = 0; time < CALLS_A_ROUND; time++) call();
  return Number(process.hrtime.bigint() - begun) / CALLS_A_ROUND;
}

function shuffled<T>(list: readonly T[]): T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(randomInt(rest.length), 1));
}

function measure(subject: Subject): Map<Way, number[]> {
  const calls = new Map(subject.ways.map((way) => [way, refusalBy(subject, way)]));
  const samples = new Map(subject.ways.map((way) => [way, [] as number[]]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const [way, call] of shuffled([...calls])) {
      const ns = timeNs(call);
      if (round >= WARM_UP_ROUNDS) samples.get(way)?.push(ns);
    }
  }
  return samples;
}

interface Statistics {
  readonly median: number;
  readonly mean: number;
  /** Of the mean. */
  readonly standardError: number;
}

function statisticsOf(sample: readonly number[]): Statistics {
  const kept = sample.toSorted((a, b) => a - b).slice(0, Math.floor(sample.length * KEPT_SHARE));
  const mean = kept.reduce((sum, ns) => sum + ns, 0) / kept.length;
  const variance = kept.reduce((sum, ns) => sum + (ns - mean) ** 2, 0) / (kept.length - 1);
  return { median: kept[kept.length >> 1] ?? Number.NaN, mean, standardError: Math.sqrt(variance / kept.length) };
}

function rowOf({ name }: Way, own: Statistics, first: Statistics): string {
  const difference = own.mean - first.mean;
  const t = difference / Math.hypot(own.standardError, first.standardError);
  const cells = [own.median.toFixed(0), own.mean.toFixed(1), difference.toFixed(1), t.toFixed(1)];
  return `  ${name.padEnd(16)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}

const how = `${ROUNDS} rounds of ${CALLS_A_ROUND} calls each, the fastest ${KEPT_SHARE * 100} % of them`;
console.log(`time of one refusal in ns; ${how}; t is Welch's against the first row, noise up to about 4.5\n`);
for (const subject of subjects) {
  const samples = [...measure(subject)].map(([way, sample]) => [way, statisticsOf(sample)] as const);
  const first = samples[0]?.[1];
  if (first === undefined) continue;
  const head = ['median', 'mean', 'difference', 't'].map((cell) => cell.padStart(12)).join('');
  console.log(`${subject.name}\n  ${'wrong in'.padEnd(16)}${head}`);
  for (const [way, statistics] of samples) console.log(rowOf(way, statistics, first));
  console.log();
}
