/**
 * `npm test`: runs the named kinds of tests and ends with one line of counts; all kinds when none is named, but `brokers`,
 * whose servers need more than Node and Go (CONTRIBUTING.md). Other arguments narrow the files, as vitest takes them; `--changed` runs what
 * the uncommitted changes touch, `--changed=main` what differs from `main`. What Go builds is built beside the unit tests.
 *
 * With `CI` set, a file that fails is run once more, alone, and the last lines name it: whoever reads them sees what is not
 * steady, and a machine that stumbled once holds nobody up. What fails twice fails the run.
 */
import { join } from 'node:path';
import { startVitest, type TestCase, type TestModule } from 'vitest/node';
import { endWithParent } from '../control-plane/end-with-parent.ts';
import { limitCompileCache } from './test/compile-cache.ts';
import { startBuilds } from './test/start-builds.ts';

const USUAL_KINDS = ['unit', 'heavy', 'integration', 'e2e'];
const KINDS = [...USUAL_KINDS, 'brokers'];

/** More files than that do not fail by chance. */
const MAX_AGAIN = 6;

interface Counts {
  passed: number;
  failed: number;
  readonly skipped: string[];
  /** Files that failed, whose tests are not among those above. */
  readonly failedFiles: string[];
}

const named = process.argv.slice(2);
const kinds = KINDS.filter((kind) => named.includes(kind));
const projects = kinds.length === 0 ? USUAL_KINDS : kinds;
const changedFlag = named.find((argument) => argument === '--changed' || argument.startsWith('--changed='));
const files = named.filter((argument) => !KINDS.includes(argument) && argument !== changedFlag);
const unknown = files.find((argument) => argument.startsWith('-'));
if (unknown !== undefined) {
  console.error(`unknown option ${unknown}; usage: npm test -- [${KINDS.join('|')}] [--changed[=<ref>]] [<file>…]`);
  process.exit(2);
}
/** For vitest: true is what is not committed, a name what differs from that commit or branch. */
const changed = changedFlag === undefined ? undefined : changedFlag.split('=')[1] || true;

endWithParent();
limitCompileCache();
const total: Counts = { passed: 0, failed: 0, skipped: [], failedFiles: [] };
const needs = {
  brokers: projects.includes('brokers'),
  usual: projects.includes('integration') || projects.includes('e2e'),
};
const builds = (needs.brokers || needs.usual) && changed === undefined ? startBuilds(needs) : undefined;
if (projects.includes('unit')) {
  await runTwice(['unit']);
}
const others = projects.filter((kind) => kind !== 'unit');
if (others.length > 0) {
  await builds?.controlPlane;
  await runTwice(others);
}
for (const skipped of total.skipped) {
  console.log(`skipped: ${skipped}`);
}
for (const file of total.failedFiles) {
  console.log(`failed once, and passed alone: ${file}`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
const nothingRan = total.passed === 0 && changed === undefined;
process.exit(total.failed > 0 || nothingRan ? 1 : 0);

/** Runs kinds of tests, and in CI what failed once more. */
async function runTwice(project: string[]): Promise<void> {
  const first = await run(project, files);
  add(first);
  if (first.failedFiles.length === 0) return;
  if (process.env.CI === undefined || first.failedFiles.length > MAX_AGAIN) {
    total.failed += first.failed;
    return;
  }
  console.log(`once more, alone: ${first.failedFiles.join(', ')}`);
  for (const file of first.failedFiles) {
    const again = await run(project, [file]);
    add(again);
    total.failed += again.failed;
    if (again.failed === 0) total.failedFiles.push(file);
  }
}

function add({ passed, skipped }: Counts): void {
  total.passed += passed;
  total.skipped.push(...skipped);
}

async function run(project: string[], only: string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: [], failedFiles: [] };
  const vitest = await startVitest('test', only, {
    root: join(import.meta.dirname, '..'),
    project,
    watch: false,
    reporters: ['default'],
    passWithNoTests: true,
    ...(changed === undefined ? {} : { changed }),
  });
  for (const module of vitest.state.getTestModules()) {
    countModule(counts, module);
  }
  // An error that belongs to no test, such as that of a rejection nobody handled: no other run makes up for it.
  total.failed += vitest.state.getUnhandledErrors().length;
  await vitest.close();
  return counts;
}

/** Counts the tests of a file; one that fails outside of its tests counts as one failed test. */
function countModule(counts: Counts, module: TestModule): void {
  const own: Counts = { passed: 0, failed: 0, skipped: [], failedFiles: [] };
  for (const test of module.children.allTests()) {
    countTest(own, test);
  }
  if (module.state() === 'failed') {
    counts.failed += Math.max(own.failed, 1);
    counts.failedFiles.push(module.relativeModuleId);
    return;
  }
  counts.passed += own.passed;
  counts.skipped.push(...own.skipped);
}

function countTest(counts: Counts, test: TestCase): void {
  const result = test.result();
  if (result.state === 'passed') {
    counts.passed++;
  } else if (result.state === 'failed') {
    counts.failed++;
  } else {
    const reason = (result.state === 'skipped' && result.note) || 'no reason given';
    counts.skipped.push(`${test.module.relativeModuleId} > ${test.fullName}: ${reason}`);
  }
}
