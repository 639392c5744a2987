/** Vitest's global set-up of the e2e tests: the operator is bundled and the manifests are synthesized once for all files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';
import { MANIFESTS_VARIABLE, synthesize } from './chart.ts';
import { BUNDLE_VARIABLE } from './operator-process.ts';

/** Says to the test files' processes where both are. @returns the teardown. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-manifests-'));
  const file = join(folder, 'defaults.yaml');
  const [manifests, path] = await Promise.all([synthesize(), bundle()]);
  await writeFile(file, manifests);
  process.env[MANIFESTS_VARIABLE] = file;
  process.env[BUNDLE_VARIABLE] = path;
  return async () => {
    delete process.env[MANIFESTS_VARIABLE];
    delete process.env[BUNDLE_VARIABLE];
    await rm(folder, { recursive: true });
  };
}
