/**
 * The kinds of tests: `unit` is quick and alone, `heavy` holds the floods, fuzz and builds, `integration` talks to a real
 * API server, `e2e` runs the built operator, `brokers` has it read real brokers.
 */
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { COMPILE_CACHE } from './scripts/test/compile-cache.ts';
import { LongestFirst } from './scripts/test/longest-first.ts';

const MINUTE_MS = 60_000;

/** Deadlines only stop what hangs: no test depends on how fast the machine is. */
const patience = {
  // What a file has changed, the next one in its process must not meet.
  unstubEnvs: true,
  restoreMocks: true,
  testTimeout: 10 * MINUTE_MS,
  hookTimeout: 20 * MINUTE_MS,
  teardownTimeout: MINUTE_MS,
  expect: { poll: { timeout: 3 * MINUTE_MS, interval: 20 } },
};
/** What asks servers and programs again and again shall leave them time to work. */
const clusterPatience = { ...patience, expect: { poll: { ...patience.expect.poll, interval: 100 } } };

// For all processes of a run: most of them load what others have loaded before.
process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
// API servers, kubectl and some brokers are written in Go: collecting less often, they take a quarter less CPU, and a third
// more memory.
process.env.GOGC ??= '400';

/**
 * Node imports the sources itself, as it runs them in production, and files share a process (`isolate: false`): to
 * transform the modules, and to load them anew for each file, costs more than many a test.
 */
const nativeImports = { experimental: { viteModuleRunner: false, nodeLoader: false } };

/** Tests that need a cluster, a broker or a build mostly wait for it: more of them run at once than there are cores. */
const CLUSTER_WORKERS = process.env.SLUICE_TEST_KUBECONFIG ? 1 : 6;

/** What tests beside others have in common, of all kinds but `unit`. */
const besideOthers = { ...clusterPatience, maxWorkers: CLUSTER_WORKERS, sequence: { groupOrder: 1 } };
const clusterSetup = 'test/support/cluster-setup.ts';
const ofOperator = {
  ...besideOthers,
  isolate: false,
  globalSetup: [clusterSetup, 'test/support/bundle-setup.ts'],
};

/** The tests in the folder of that name. */
function kind(name: string, own: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return { test: { ...nativeImports, name, include: [`test/${name}/**/*.test.ts`], ...own } };
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      kind('unit', { ...patience, isolate: false, maxWorkers: 2, sequence: { groupOrder: 0 } }),
      kind('heavy', besideOthers),
      kind('integration', { ...besideOthers, isolate: false, globalSetup: [clusterSetup] }),
      kind('e2e', ofOperator),
      kind('brokers', ofOperator),
    ],
  },
});
