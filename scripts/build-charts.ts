// Compiles the constructs to JavaScript with types, for other cdk8s apps: Node strips no types under node_modules.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Writes `output`, laid out as the sources are, with the CRDs that they read. @throws Error with what tsc found. */
export function buildCharts(output = join(ROOT, 'dist', 'charts')): string {
  rmSync(output, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  const { status, stdout, stderr } = spawnSync(tsc, ['-p', 'tsconfig.charts.json', '--outDir', output], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the constructs cannot be compiled:\n${stdout}${stderr}`);
  cpSync(join(ROOT, 'crds'), join(output, 'crds'), { recursive: true });
  return output;
}
