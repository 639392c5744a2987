/**
 * `npm run bench`: measures the operator on a real control plane, prints the table and writes bench/results/<date>.json.
 * Names of rows limit it to those (nothing is written then); `--profile <row>` writes CPU profiles to dist/profiles.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { hottestOf } from './profile.ts';
import { lastResults, machineFacts, type Results, writeResults } from './results.ts';
import type { Row } from './row.ts';
import { rows } from './rows/index.ts';
import { createStage, type Stage } from './stage/stage.ts';
import { format, tableOf } from './table.ts';

const SAMPLE_EVERY_US = 250;
const PROFILES = join(import.meta.dirname, '..', 'dist', 'profiles');

function chosen(names: readonly string[]): readonly Row[] {
  const unknown = names.filter((name) => rows.every((row) => row.name !== name));
  if (unknown.length > 0) {
    throw new Error(`there is no row ${unknown.join(', ')}; there are ${rows.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Undefined for a row that could not be measured, which is said and costs no other. */
async function measure(row: Row, stage: Stage): Promise<Readonly<Record<string, number>> | undefined> {
  console.log(`  ${row.name}: ${row.title}`);
  let values: Readonly<Record<string, number>>;
  try {
    values = await row.measure(stage);
  } catch (error) {
    console.log(`    failed: ${messageOf(error)}`);
    process.exitCode = 1;
    return undefined;
  }
  const texts = Object.entries(values).map(([name, value]) => `${name} ${format(value)}`);
  console.log(`    ${texts.join('  ')}`);
  return values;
}

/** Each size of cluster once, with all its rows. */
async function measureAll(wanted: readonly Row[], nodeOptions: string): Promise<Results['rows']> {
  const found: Record<string, Readonly<Record<string, number>>> = {};
  for (const [size, group] of Map.groupBy(wanted, ({ receivers }) => receivers)) {
    console.log(`a cluster of ${size} Receivers`);
    const stage = await createStage(size, nodeOptions);
    try {
      for (const row of group) {
        const values = await measure(row, stage);
        if (values !== undefined) found[row.name] = values;
      }
    } finally {
      await stage.end();
    }
  }
  return found;
}

async function bench(names: readonly string[]): Promise<void> {
  const wanted = chosen(names);
  const last = lastResults();
  const machine = machineFacts();
  const { cores, cpu, memoryGibibytes, kernel, node, loadAverage } = machine;
  console.log(
    `${cores} cores of ${cpu}, ${memoryGibibytes} GiB, Linux ${kernel}, Node ${node}, load average ${loadAverage}`,
  );
  const results = { date: new Date().toISOString().slice(0, 10), machine, rows: await measureAll(wanted, '') };
  console.log(`\n${tableOf(wanted, results, last)}\n`);
  if (names.length === 0) console.log(`written: ${relative(process.cwd(), writeResults(results))}`);
}

async function profile(names: readonly string[]): Promise<void> {
  rmSync(PROFILES, { recursive: true, force: true });
  mkdirSync(PROFILES, { recursive: true });
  await measureAll(chosen(names), `--cpu-prof --cpu-prof-interval=${SAMPLE_EVERY_US} --cpu-prof-dir=${PROFILES}`);
  console.log(
    `\n${hottestOf(PROFILES)}\nthe profiles are in ${relative(process.cwd(), PROFILES)}: open them in Chrome or an editor`,
  );
}

const { values, positionals } = parseArgs({
  options: { profile: { type: 'boolean', default: false } },
  allowPositionals: true,
});
try {
  await (values.profile ? profile(positionals) : bench(positionals));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
