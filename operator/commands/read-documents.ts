/** Reads files that a command is given. */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { messageOf } from '../api/message-of.ts';
import { CommandError } from './command-error.ts';

/** An object of Kubernetes, as far as every one has it. */
export interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}

/** @throws CommandError where there is no such file. */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${file}: ${code === 'ENOENT' ? 'no such file' : messageOf(error)}`);
  }
}

/** The Kubernetes objects of a YAML or JSON file, those inside a List too; anything else in it is passed over. */
export async function readDocuments(file: string): Promise<readonly Document[]> {
  const documents = parseAllDocuments((await readBytes(file)).toString('utf8'));
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new CommandError(`${file}: ${firstLine(error.message)}`);
    return objectsIn(contentOf(file, document));
  });
}

/** An alias may mean nothing, or too much. */
function contentOf(file: string, document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new CommandError(`${file}: ${firstLine(messageOf(error))}`);
  }
}

function objectsIn(value: unknown): Document[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('items' in value && Array.isArray(value.items)) return value.items.flatMap(objectsIn);
  const { apiVersion, kind, metadata } = value as Partial<Document>;
  const isNamed = typeof metadata === 'object' && typeof metadata?.name === 'string';
  return typeof apiVersion === 'string' && typeof kind === 'string' && isNamed ? [value as Document] : [];
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/:$/, '') ?? '';
}
