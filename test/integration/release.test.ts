// `npm run release`, and its install.yaml on a bare cluster: installed over the last release's, and uninstalled as
// docs/uninstall.md says. Nothing is published yet: fixtures/install-0.1.0.yaml is what kustomize/ was at first in 0.1.0.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { makeRelease } from '../../scripts/release/make-release.ts';
import { commandsOf } from '../support/document.ts';

const _ROOT = join(import.meta.dirname, '..', '..');
const LAST_RELEASE = join(import.meta.dirname, 'fixtures', 'install-0.1.0.yaml');
const CRD = 'receivers.notification.toolkit.fluxcd.io';
const { version } = packageJson;
const receiver = {
  apiVersion: 'notification.toolkit.fluxcd.io/v1',
  kind: 'Receiver',
  metadata: { name: 'of-before', namespace: 'flux-system' },
  spec: {
    type: 'generic',
    secretRef: { name: 'token' },
    resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'app' }],
  },
};

let folder: string;
let files: readonly string[];
let cluster: ControlPlane;

const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const inArchive = (file: string, member: string) =>
  execFileSync('tar', ['-xOf', join(folder, file), member], { encoding: 'utf8' });
const objectsIn = (yaml: string) =>
  parseAllDocuments(yaml).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });

async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const apply = (file: string) => kubectl(['apply', '--server-side', '--validate=strict', '-f', file]);
const uidOf = (...object: string[]) => kubectl(['get', ...object, '-o', 'jsonpath={.metadata.uid}']);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-release-test-'));
  [files, cluster] = await Promise.all([makeRelease(folder, { image: false }), startControlPlane()]);
});

afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('npm run release', () => {
  it('has the files of a release, and their checksums', () => {
    expect(files).toEqual([
      'SHA256SUMS',
      'crds.yaml',
      'install.yaml',
      'sbom.cdx.json',
      `sluice-${version}.tgz`,
      `sluice-chart-${version}.tgz`,
      `sluice-kustomize-${version}.tgz`,
    ]);
    const checked = execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    expect(checked.trim().split('\n')).toHaveLength(files.length - 1);
  });

  it('makes the same bytes again', async () => {
    const again = mkdtempSync(join(tmpdir(), 'sluice-release-again-'));
    try {
      await makeRelease(again, { image: false });
      expect(readFileSync(join(again, 'SHA256SUMS'), 'utf8')).toBe(read('SHA256SUMS'));
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  });

  it('has a chart and a kustomize base of the objects of install.yaml', () => {
    const installed = objectsIn(read('install.yaml'));
    const chart = `sluice-chart-${version}.tgz`;
    expect(parse(inArchive(chart, 'sluice/Chart.yaml'))).toMatchObject({ apiVersion: 'v2', name: 'sluice', version });
    const template = inArchive(chart, 'sluice/templates/app.yaml');
    // Without an action of a template, Helm installs it as it is.
    expect(template).not.toContain('{{');
    expect(objectsIn(template)).toEqual(installed);
    expect(objectsIn(inArchive(`sluice-kustomize-${version}.tgz`, 'kustomize/sluice.yaml'))).toEqual(installed);
    const crds = installed.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(objectsIn(read('crds.yaml'))).toEqual(crds);
  });

  it('has the operator and the constructs in the npm package', () => {
    const listed = execFileSync('tar', ['-tf', join(folder, `sluice-${version}.tgz`)], { encoding: 'utf8' }).split(
      '\n',
    );
    const needed = [
      'dist/operator.js',
      'dist/clients/otlp.mjs',
      'dist/page/index.html',
      'dist/charts/charts-ts/index.js',
      'dist/charts/charts-ts/index.d.ts',
      'crds/notification.toolkit.fluxcd.io_receivers.yaml',
    ];
    expect(listed).toEqual(expect.arrayContaining(needed.map((file) => `package/${file}`)));
  });
});

describe('install.yaml', () => {
  it('upgrades the last release; Receivers and the CRD stay', async () => {
    await apply(LAST_RELEASE);
    await kubectl(['wait', '--for=condition=Established', 'crd', CRD, '--timeout=60s']);
    await kubectl(['create', '-f', '-'], JSON.stringify(receiver));
    const before = [await uidOf('crd', CRD), await uidOf('-n', 'flux-system', 'receiver', 'of-before')];
    await apply(join(folder, 'install.yaml'));
    expect([await uidOf('crd', CRD), await uidOf('-n', 'flux-system', 'receiver', 'of-before')]).toEqual(before);
    const stored = JSON.parse(await kubectl(['get', '-n', 'flux-system', 'receiver', 'of-before', '-o', 'json']));
    expect(stored.spec).toMatchObject(receiver.spec);
  });

  it('is then all that is installed', async () => {
    const difference = await cluster.kubectl(['diff', '--server-side', '-f', join(folder, 'install.yaml')]);
    expect(difference).toMatchObject({ code: 0, stdout: '' });
  });

  it('is uninstalled by the commands of the documentation', async () => {
    for (const step of ['2. Delete Receivers, Alerts and Providers', '3. Delete the operator', '4. Delete the CRDs']) {
      for (const command of await commandsOf('docs/uninstall.md', step)) await kubectl(command.split(' ').slice(1));
    }
    const installed = objectsIn(read('install.yaml')).filter(({ kind }) => kind !== 'Namespace');
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: installed.filter(({ kind }) => kind !== 'CustomResourceDefinition'),
    });
    expect(await kubectl(['get', '--ignore-not-found', '-o', 'name', '-f', '-'], list)).toBe('');
    expect(await kubectl(['get', '--ignore-not-found', '-o', 'name', 'crd', CRD])).toBe('');
  });
});
