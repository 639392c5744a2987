// The examples as a user copies them: all of them on one cluster, and none replaces what another has made.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import { providerTypes } from '../../operator/alerts/providers/index.ts';
import { installChart } from '../support/chart.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const OTHERS = ['values', 'providers', 'sources', 'exposure'];
const receivers = readdirSync(EXAMPLES).filter((name) => !OTHERS.includes(name));
const files = [
  ...receivers.map((name) => join(EXAMPLES, name, 'receiver.yaml')),
  ...['sources', 'exposure'].flatMap((folder) =>
    readdirSync(join(EXAMPLES, folder)).map((name) => join(EXAMPLES, folder, name)),
  ),
  ...[...providerTypes.keys()].map((type) => join(EXAMPLES, 'providers', `${type}.yaml`)),
];

let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await startControlPlane();
  await installChart(cluster);
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } }));
});

afterAll(() => cluster?.stop());

describe('the examples', () => {
  // One kubectl for all of them, which says of which file it complains.
  const fileFlags = files.flatMap((file) => ['-f', file]);

  it('are applied', async () => {
    const apply = ['apply', '--server-side', '--validate=strict', ...fileFlags];
    expect(await cluster.kubectl(apply)).toMatchObject({ code: 0, stderr: '' });
  });

  it('are all there then, as they were written', async () => {
    expect(await cluster.kubectl(['diff', '--server-side', ...fileFlags])).toMatchObject({ code: 0, stdout: '' });
    const written = files.flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).map((one) => one.toJS()));
    const names = written.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
