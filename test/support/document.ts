/** The documents as they are read: what stands in their fences. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * The contents of the fences of a language under a heading, up to the next heading of any level.
 * @throws Error where there is none, so that a document cannot lose them unseen.
 */
export async function fencesOf(document: string, heading: string, language: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, document), 'utf8');
  const sections = text.split(/^#+ /m);
  const section = sections.find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const fences = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = fences.filter(([, named]) => named === language).map(([, , content = '']) => content);
  if (found.length === 0) throw new Error(`${document} has no ${language} under "${heading}"`);
  return found;
}

/** The commands under a heading, one a line. */
export async function commandsOf(document: string, heading: string): Promise<readonly string[]> {
  const fences = await fencesOf(document, heading, 'sh');
  return fences.flatMap((fence) => fence.trim().split('\n'));
}

/** The fences of commands in a document, from top to bottom; those in lists without their indentation. */
export async function commandBlocksOf(document: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^( *)```sh\n(.*?)^\1```$/gms)].map(([, indentation = '', content = '']) =>
    content.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
  );
}
