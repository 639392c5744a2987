// What the documents say of the repository has to be there.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const documents = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'cel/*.md'], { cwd: ROOT }).sort();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const withoutFences = (text: string): string => text.replaceAll(/^ *```.*?^ *```$/gms, '');

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(path: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(read(path)).matchAll(/^#+ (.*)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const base = words.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
    let anchor = base;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${base}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with a relative link; undefined: it leads somewhere. */
function faultOf(document: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(ROOT, target))) return `${link}: no such file`;
  if (anchor === undefined) return;
  if (statSync(join(ROOT, target)).isDirectory()) return `${link}: a folder has no headings`;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: no such heading`;
}

describe('the documents', () => {
  it.each(documents)('%s links to files and headings that are there', (document) => {
    const prose = withoutFences(read(document)).replaceAll(/`[^`\n]*`/g, '');
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const relative = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(relative.flatMap((link) => faultOf(document, link) ?? [])).toEqual([]);
  });

  it.each(documents)('%s uses the words of the field', (document) => {
    const words =
      /\b(doors?|doorkeepers?|ways? in|wish(es)?|unmet|landscape|turned away|owes?|told|amid|look(ed)? at)\b/gi;
    expect(read(document).match(words) ?? []).toEqual([]);
  });

  it('name every dependency, and say what it is for', () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const rows = read('docs/dependencies.md').split('\n');
    const named = rows.filter((row) => row.startsWith('|')).map((row) => row.split('|')[1] ?? '');
    expect(names.filter((name) => !named.some((cell) => cell.includes(`\`${name}\``)))).toEqual([]);
  });
});
