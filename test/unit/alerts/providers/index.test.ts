import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { providerTypes } from '../../../../operator/alerts/providers/index.ts';
import { prepareExample } from '../../../support/alerts/example-provider.ts';

const folder = new URL('../../../../examples/providers/', import.meta.url);
const files = readdirSync(folder);
const alertsPage = readFileSync(new URL('../../../../docs/alerts.md', import.meta.url), 'utf8');

test('every type stands under its name', () => {
  for (const [name, type] of providerTypes) expect(type.name).toBe(name);
});

test('only the generic types forward the updates of commit statuses, as in Flux', () => {
  const forwarding = [...providerTypes.values()].filter(({ purpose }) => purpose === 'forward');
  expect(forwarding.map(({ name }) => name)).toEqual(['generic', 'generic-hmac']);
});

test('an example is of a type', () => {
  const types = [...providerTypes.keys()].map((name) => `${name}.yaml`);
  expect(files.filter((file) => !types.includes(file))).toEqual([]);
});

test.each([...providerTypes.values()])(
  '$name has an example, and a row of the docs that says what it takes',
  (type) => {
    expect(files).toContain(`${type.name}.yaml`);
    const rows = alertsPage.split('\n').filter((line) => line.startsWith(`| [\`${type.name}\`]`));
    expect(rows).toHaveLength(1);
    const { address = '–', channel = '–', secret = '–' } = type.settings;
    expect([address, channel, secret]).not.toEqual(['–', '–', '–']);
    for (const text of [type.description, address, channel, secret]) expect(rows[0]).toContain(` ${text} `);
  },
);

test.each(files)('the Provider of %s can be made ready, and an Alert uses it', async (file) => {
  const objects = parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => document.toJS());
  const [provider, alert] = ['Provider', 'Alert'].map((kind) => objects.find((object) => object.kind === kind));
  expect(provider.spec.type).toBe(file.replace('.yaml', ''));
  expect(alert.spec.providerRef.name).toBe(provider.metadata.name);
  expect(new Set(objects.map(({ metadata }) => metadata.namespace)).size).toBe(1);
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  await expect(prepareExample(provider, secrets)).resolves.toMatchObject({ type: { name: provider.spec.type } });
});
