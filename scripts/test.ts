/**
 * `npm test`: runs the named kinds of tests (unit, heavy, integration, e2e; all when none is named) and ends with one
 * line of counts. Other arguments narrow the files, as vitest takes them; `--changed` runs what the uncommitted changes
 * touch, `--changed=main` what differs from `main`. What Go builds is built beside the unit tests.
 */
import { join } from 'node:path';
import { startVitest, type TestCase, type TestModule } from 'vitest/node';
import { endWithParent } from '../control-plane/end-with-parent.ts';
import { startBuilds } from './test/start-builds.ts';

const KINDS = ['unit', 'heavy', 'integration', 'e2e'];
const NEEDS_CLUSTER = ['integration', 'e2e'];

interface Counts {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

const named = process.argv.slice(2);
const kinds = KINDS.filter((kind) => named.includes(kind));
const projects = kinds.length === 0 ? KINDS : kinds;
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
const counts: Counts = { passed: 0, failed: 0, skipped: [] };
const builds =
  projects.some((kind) => NEEDS_CLUSTER.includes(kind)) && changed === undefined ? startBuilds() : undefined;
if (projects.includes('unit')) {
  await run(['unit']);
}
const others = projects.filter((kind) => kind !== 'unit');
if (others.length > 0) {
  await builds?.controlPlane;
  await run(others);
}
for (const skipped of counts.skipped) {
  console.log(`skipped: ${skipped}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`);
const nothingRan = counts.passed === 0 && changed === undefined;
process.exit(counts.failed > 0 || nothingRan ? 1 : 0);

async function run(project: string[]): Promise<void> {
  const vitest = await startVitest('test', files, {
    root: join(import.meta.dirname, '..'),
    project,
    watch: false,
    reporters: ['default'],
    passWithNoTests: true,
    ...(changed === undefined ? {} : { changed }),
  });
  for (const module of vitest.state.getTestModules()) {
    countModule(module);
  }
  // An error that belongs to no test, such as that of a rejection nobody handled.
  counts.failed += vitest.state.getUnhandledErrors().length;
  await vitest.close();
}

/** Counts tests; a file that fails outside of its tests counts as one failed test. */
function countModule(module: TestModule): void {
  const failedBefore = counts.failed;
  for (const test of module.children.allTests()) {
    countTest(test);
  }
  if (module.state() === 'failed' && counts.failed === failedBefore) {
    counts.failed++;
  }
}

function countTest(test: TestCase): void {
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
