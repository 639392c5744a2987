/**
 * A new feature with a kind of its own costs its folder, its entry in app.ts, in the list of CRDs and in the chart's
 * rules, and nothing else: that is done here, on a copy of the sources, and the result runs on a real API server.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { bundleTo } from '../../scripts/bundle.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const COPIED = ['operator', 'cel', 'charts-ts', 'crds', 'package.json'];

/** Each file that a new feature changes outside of its folder: what is there, and what takes its place. */
const ENTRIES: readonly (readonly [file: string, before: string, after: string])[] = [
  [
    'operator/app.ts',
    'const FEATURES: readonly CreateFeature[] = [receivers, alerts, sources, deliveries];',
    "import { lamps } from './lamps/feature.ts';\nconst FEATURES: readonly CreateFeature[] = [receivers, alerts, sources, deliveries, lamps];",
  ],
  [
    'operator/crds.ts',
    '  brokerReceiverCrd([...sourceTypes.values()]),\n];',
    "  brokerReceiverCrd([...sourceTypes.values()]),\n  lampCrd(),\n];\nimport { lampCrd } from './lamps/lamp-crd.ts';",
  ],
  [
    'charts-ts/rbac-rules.ts',
    "    { group: 'events.k8s.io', resources: ['events'], verbs: ['create', 'patch'] },",
    "    { group: 'events.k8s.io', resources: ['events'], verbs: ['create', 'patch'] },\n" +
      "    { group: 'example.com', resources: ['lamps', 'lamps/status'], verbs: [...READ, 'patch'] },",
  ],
];

/** What `npm run generate` and `cdk8s synth` do, in the copy. */
const SYNTH = `
import { writeFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import { stringify } from 'yaml';
import { crds } from './operator/crds.ts';
import { Sluice } from './charts-ts/sluice.ts';
for (const crd of crds) writeFileSync('crds/' + crd.metadata.name + '.yaml', stringify(crd, { aliasDuplicateObjects: false }));
const app = new App();
new Sluice(new Chart(app, 'sluice'), 'sluice');
process.stdout.write(app.synthYaml());
`;

let copy: string;
let controlPlane: ControlPlane;
let operator: OperatorProcess | undefined;

beforeAll(async () => {
  [copy, controlPlane] = await Promise.all([mkdtemp(join(tmpdir(), 'sluice-feature-')), ownControlPlane()]);
});

afterAll(async () => {
  await operator?.stop();
  await controlPlane?.stop();
  await rm(copy, { recursive: true, force: true });
});

async function addFeature(): Promise<void> {
  for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await mkdir(join(copy, 'operator', 'lamps'));
  for (const name of ['feature.ts', 'lamp-crd.ts']) {
    const source = await readFile(join(ROOT, 'test', 'support', 'lamps', name), 'utf8');
    await writeFile(join(copy, 'operator', 'lamps', name), source.replaceAll('../../../operator/', '../'));
  }
  for (const [file, before, after] of ENTRIES) {
    const source = await readFile(join(copy, file), 'utf8');
    expect(source.split(before), `${file} has that entry once`).toHaveLength(2);
    await writeFile(join(copy, file), source.replace(before, after));
  }
}

async function synthesize(): Promise<string> {
  await rm(join(copy, 'crds'), { recursive: true });
  await mkdir(join(copy, 'crds'));
  await writeFile(join(copy, 'synth.ts'), SYNTH);
  const { stdout } = await promisify(execFile)(process.execPath, ['synth.ts'], { cwd: copy, maxBuffer: 2 ** 26 });
  return stdout;
}

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await controlPlane.kubectl(['-n', 'flux-system', ...args]);
  return stdout;
}

it('runs a feature that is a folder and three entries', async () => {
  await addFeature();
  await controlPlane.apply(await synthesize());
  await kubectl('wait', 'crd/lamps.example.com', '--for=condition=Established', '--timeout=600s');
  const lamp = { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'a', namespace: 'flux-system' } };
  await controlPlane.apply(JSON.stringify({ ...lamp, spec: { on: true } }));
  const logFile = join(copy, 'operator.log');
  operator = await startOperatorProcess({
    bundle: await bundleTo(join(copy, 'operator', 'main.ts'), join(copy, 'dist', 'operator.js')),
    kubeconfig: await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }),
    ports: { receiver: await freePort(), health: await freePort(), metrics: await freePort() },
    args: ['--shutdown-delay=0s'],
    logFile,
    guard: controlPlane.guard,
  });
  const lit = () => kubectl('get', 'lamp', 'a', '-o', 'jsonpath={.status.lit}');
  await waitFor('the lamp to be lit', async () => (await lit()) === 'true');
  await controlPlane.apply(JSON.stringify({ ...lamp, spec: { on: false } }));
  await waitFor('the lamp to be out', async () => (await lit()) === 'false');
  expect(await kubectl('get', 'lamps')).toMatch(/^NAME +AGE +LIT\na +\S+ +false\n$/);
  const metrics = await (await fetch(operator.metricsUrl)).text();
  expect(metrics).toContain('workqueue_adds_total{name="lamp"}');
  expect(metrics).toContain('gotk_reconcile_duration_seconds_count{kind="Lamp",namespace="flux-system"}');
  expect(await operator.stop()).toBe(0);
  const log = await readFile(logFile, 'utf8');
  expect(log.indexOf('lamps flushed')).toBeGreaterThan(0);
  expect(log.indexOf('lamps stopped')).toBeGreaterThan(log.indexOf('lamps flushed'));
});
