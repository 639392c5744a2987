// The documents on brokers and the registry of brokers name the same types.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceTypes } from '../../../operator/sources/index.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'sources');

it('the table of types has a row for each broker, with its page', () => {
  const rows = readFileSync(join(DOCS, 'README.md'), 'utf8').matchAll(/^\| \[`([a-z]+)`\]\(([a-z-]+\.md)\)/gm);
  const pages = [...rows].map(([, type = '', page = '']) => [type, existsSync(join(DOCS, page))]);
  expect(pages.sort()).toEqual([...sourceTypes.keys()].sort().map((type) => [type, true]));
});
