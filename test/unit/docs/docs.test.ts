// What the documents say of the repository has to be there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const documents = ['.', 'docs', 'docs/adr'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('the documents', () => {
  it.each(documents)('%s links to nothing that is missing', (document) => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(document), link)))).toEqual([]);
  });

  it('name every dependency, and say what it is for', () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const rows = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8').split('\n');
    const named = rows.filter((row) => row.startsWith('|')).map((row) => row.split('|')[1] ?? '');
    expect(names.filter((name) => !named.some((cell) => cell.includes(`\`${name}\``)))).toEqual([]);
  });
});
