/** The manifests as a user gets them. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterAccess } from '../../control-plane/cluster-access.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** `cdk8s synth`. @returns the YAML text that it wrote. */
export async function synthesize(): Promise<string> {
  const output = join(root, 'dist', 'manifests');
  await run(process.execPath, [join(root, 'node_modules/.bin/cdk8s'), 'synth'], {
    cwd: root,
    env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false' },
  });
  const files = (await readdir(output)).filter((file) => file.endsWith('.yaml'));
  return (await Promise.all(files.map((file) => readFile(join(output, file), 'utf8')))).join('\n---\n');
}

let synthesized: Promise<string> | undefined;

/** `cdk8s synth | kubectl apply --server-side`, synthesized once per process. */
export async function installChart(cluster: ClusterAccess): Promise<void> {
  synthesized ??= synthesize();
  await cluster.apply(await synthesized);
}
