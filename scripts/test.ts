// `npm test`: runs the named kinds of tests (unit, integration, e2e; all when none is named) and ends with one line of
// counts. Other arguments narrow the files, as vitest understands them.
import { join } from 'node:path';
import { startVitest, type TestCase, type TestModule } from 'vitest/node';
import { bundle } from './bundle.ts';

const KINDS = ['unit', 'integration', 'e2e'];

interface Counts {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

const named = process.argv.slice(2);
const kinds = KINDS.filter((kind) => named.includes(kind));
const project = kinds.length === 0 ? KINDS : kinds;
const files = named.filter((argument) => !KINDS.includes(argument));

if (project.includes('e2e')) {
  await bundle();
}
const vitest = await startVitest('test', files, {
  root: join(import.meta.dirname, '..'),
  project,
  watch: false,
  reporters: ['default'],
});
const counts = count(vitest.state.getTestModules());
const brokenRun = vitest.state.getUnhandledErrors().length > 0;
await vitest.close();
for (const skipped of counts.skipped) {
  console.log(`skipped: ${skipped}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 || brokenRun ? 1 : 0);

/** Counts tests; a file that fails outside of its tests counts as one failed test. */
function count(modules: readonly TestModule[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  for (const module of modules) {
    const failedBefore = counts.failed;
    for (const test of module.children.allTests()) {
      countTest(test, counts);
    }
    if (module.state() === 'failed' && counts.failed === failedBefore) {
      counts.failed++;
    }
  }
  return counts;
}

function countTest(test: TestCase, counts: Counts): void {
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
