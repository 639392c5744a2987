/** The manifests as a user gets them. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { SluiceProps } from '../../charts-ts/index.ts';
import type { ControlPlane } from '../../control-plane/start.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** A folder with the app in it, because `cdk8s synth` wipes its output folder, which others use as well. */
export interface ChartFolder {
  readonly path: string;
  /**
   * Runs `cdk8s`. Rejects with `stderr` and `code` when it fails.
   * @param values what `SLUICE_VALUES` shall name, as YAML or as an object.
   * @returns its standard output.
   */
  cdk8s(args: readonly string[], values?: string | object): Promise<string>;
  remove(): Promise<void>;
}

export async function createChartFolder(): Promise<ChartFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-chart-'));
  await cp(join(root, 'cdk8s.yaml'), join(path, 'cdk8s.yaml'));
  await symlink(join(root, 'charts-ts'), join(path, 'charts-ts'));
  return {
    path,
    async cdk8s(args, values) {
      const bin = join(root, 'node_modules', '.bin');
      const file = join(path, 'values.yaml');
      if (values !== undefined) await writeFile(file, typeof values === 'string' ? values : stringify(values));
      const { stdout } = await run(process.execPath, [join(bin, 'cdk8s'), ...args], {
        cwd: path,
        env: {
          ...process.env,
          PATH: `${bin}${delimiter}${process.env.PATH}`,
          SLUICE_VALUES: values === undefined ? '' : file,
        },
      });
      return stdout;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** What `cdk8s synth --stdout` prints with these values, made in this process at a fraction of the cost. */
export async function synthesize(values: SluiceProps = {}): Promise<string> {
  // Loaded where it is needed: most tests install what a run has synthesized.
  const [{ App, Chart }, { Sluice }] = await Promise.all([import('cdk8s'), import('../../charts-ts/sluice.ts')]);
  const app = new App();
  new Sluice(new Chart(app, 'sluice'), 'sluice', values);
  return app.synthYaml();
}

/** The environment variable that names a file with what the default values make, where a run has synthesized it. */
export const MANIFESTS_VARIABLE = 'SLUICE_TEST_MANIFESTS';

let defaults: Promise<string> | undefined;

function defaultManifests(): Promise<string> {
  const file = process.env[MANIFESTS_VARIABLE];
  defaults ??= file === undefined ? synthesize() : readFile(file, 'utf8');
  return defaults;
}

type InstallTarget = Pick<ControlPlane, 'adminKubeconfig' | 'apply'>;

/** Kubeconfigs of the clusters where this process has installed the default values, and nothing else since. */
const installed = new Set<string>();

/** As `cdk8s synth | kubectl apply --server-side`; what the default values make is synthesized and applied once. */
export async function installChart(cluster: InstallTarget, values?: SluiceProps): Promise<void> {
  const { adminKubeconfig } = cluster;
  if (values !== undefined) {
    installed.delete(adminKubeconfig);
    return cluster.apply(await synthesize(values));
  }
  if (installed.has(adminKubeconfig)) return;
  await cluster.apply(await defaultManifests());
  installed.add(adminKubeconfig);
}
