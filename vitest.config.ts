/**
 * The kinds of tests: `unit` is quick and alone, `heavy` holds the floods, fuzz and builds, `integration` talks to a real
 * API server, `e2e` runs the built operator.
 */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

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

// For all processes of a run: most of them load what others have loaded before.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'compile');

/**
 * Node imports the sources itself, as it runs them in production, and files share a process (`isolate: false`): to
 * transform the modules, and to load them anew for each file, costs more than many a test.
 */
const nativeImports = { experimental: { viteModuleRunner: false, nodeLoader: false } };

/** Tests that need a cluster, a broker or a build mostly wait for it: more of them run at once than there are cores. */
const CLUSTER_WORKERS = process.env.SLUICE_TEST_KUBECONFIG ? 1 : 6;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...patience,
          ...nativeImports,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...patience,
          ...nativeImports,
          name: 'heavy',
          include: ['test/heavy/**/*.test.ts'],
          maxWorkers: CLUSTER_WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...patience,
          ...nativeImports,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          isolate: false,
          globalSetup: ['test/support/cluster-setup.ts'],
          maxWorkers: CLUSTER_WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...patience,
          ...nativeImports,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          isolate: false,
          globalSetup: ['test/support/cluster-setup.ts', 'test/support/bundle-setup.ts'],
          maxWorkers: CLUSTER_WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
