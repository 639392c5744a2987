/** A file of values. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ValuesError } from './values-error.ts';

/** @returns what the YAML file holds; an empty one holds no values. @throws ValuesError in one line. */
export function readValues(path: string): unknown {
  const document = parseDocument(textOf(path), { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw new ValuesError(error.message.split('\n')[0]?.replace(/:$/, '') ?? '');
  return document.toJS() ?? {};
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ValuesError(code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`);
  }
}
