// Somebody else's cdk8s app, with the package that `npm pack` makes: installed, type-checked and synthesized.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { buildCharts } from '../../../scripts/build-charts.ts';
import { bundle } from '../../../scripts/bundle.ts';
import { synthesize } from '../../support/chart.ts';
import { fencesOf } from '../../support/document.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const execute = promisify(execFile);

const APP = `
import { App, Chart, YamlOutputType } from 'cdk8s';
import { Sluice, type SluiceProps, ValuesError } from 'sluice/charts';

const props: SluiceProps = { replicas: 3, service: { type: 'LoadBalancer' } };
const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
new Sluice(new Chart(app, 'hooks'), 'sluice', process.argv.includes('--defaults') ? {} : props);
app.synth();
try {
  // @ts-expect-error: no such value
  new Sluice(new Chart(app, 'other'), 'sluice', { replica: 3 });
} catch (error) {
  if (error instanceof ValuesError) console.log(error.message);
}
`;

const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  strict: true,
  noEmit: true,
  types: ['node'],
  skipLibCheck: false,
};

let folder: string;

async function run(file: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter) };
  const { stdout } = await execute(file, args, { cwd: folder, env });
  return stdout;
}

async function synthesized(): Promise<readonly unknown[]> {
  const yaml = await execute('cat', [join(folder, 'dist', 'app.k8s.yaml')]);
  return parseAllDocuments(yaml.stdout).map((document) => document.toJS());
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-package-'));
  buildCharts();
  await bundle();
  // What prepack would do is done.
  const options = { cwd: ROOT, env: { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter) } };
  await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], options);
  const { devDependencies } = packageJson;
  const cdk8s = ['cdk8s', 'cdk8s-plus-28', 'constructs'] as const;
  const dependencies = {
    sluice: `file:sluice-${packageJson.version}.tgz`,
    ...Object.fromEntries(cdk8s.map((name) => [name, devDependencies[name]])),
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional']);
  await writeFile(join(folder, 'app.ts'), APP);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('has the operator, the constructs and the CRD, and no sources', async () => {
    const content = await readdir(join(folder, 'node_modules', 'sluice'));
    expect(content.sort()).toEqual(['LICENSE', 'README.md', 'crds', 'dist', 'package.json']);
    const dist = await readdir(join(folder, 'node_modules', 'sluice', 'dist'));
    expect(dist.sort()).toEqual(['charts', 'clients', 'operator.js', 'page']);
  });

  it('has types that an app can be checked with', async () => {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    await expect(run(join(BIN, 'tsc'), ['-p', '.']).catch(({ stdout }) => stdout)).resolves.toBe('');
  });

  it('synthesizes what the repository does', async () => {
    await run('node', ['app.ts', '--defaults']);
    const ours = parseAllDocuments(await synthesize()).map((document) => document.toJS());
    expect(await synthesized()).toEqual(ours);
  });

  it('makes the app of the documentation', async () => {
    const [app = ''] = await fencesOf('docs/install.md', 'Use the constructs in a cdk8s app', 'ts');
    await writeFile(join(folder, 'documented.ts'), app);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['documented.ts'] }));
    await expect(run(join(BIN, 'tsc'), ['-p', '.']).catch(({ stdout }) => stdout)).resolves.toBe('');
    await run('node', ['documented.ts']);
    const { stdout } = await execute('cat', [join(folder, 'dist', 'hooks.k8s.yaml')]);
    expect(parseAllDocuments(stdout).map((document) => document.toJS())).toContainEqual(
      expect.objectContaining({
        kind: 'Service',
        spec: expect.objectContaining({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }),
      }),
    );
  });

  it('takes props, and names one that does not exist', async () => {
    expect(await run('node', ['app.ts'])).toBe('replica is unknown; did you mean replicas?\n');
    expect(await synthesized()).toContainEqual(
      expect.objectContaining({ kind: 'Deployment', spec: expect.objectContaining({ replicas: 3 }) }),
    );
  });
});
