/** Reads the words of a command line. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { messageOf } from '../api/message-of.ts';
import { CommandError } from './command-error.ts';

/** @throws CommandError for a flag that there is not, or has no value. */
export function readWords<const T extends ParseArgsOptionsConfig>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], strict: true, allowPositionals: true, options });
  } catch (error) {
    throw new CommandError(`${messageOf(error).split(/\n|\. /)[0]}; --help lists what there is`);
  }
}

/** @throws CommandError for another value than those that are known. */
export function oneOf<T extends string>(known: readonly T[], value: string, flag: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new CommandError(`${flag} must be one of ${known.join(', ')}; it is ${value}`);
  return found;
}

/** An object that a word names. */
export interface NamedObject {
  readonly namespace: string;
  readonly name: string;
}

/** @throws CommandError where it is not `NAMESPACE/NAME`. */
export function namedObject(word: string | undefined): NamedObject {
  const [, namespace, name] = /^([a-z0-9][a-z0-9.-]*)\/([a-z0-9][a-z0-9.-]*)$/.exec(word ?? '') ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  throw new CommandError(word === undefined ? 'NAMESPACE/NAME is missing' : `NAMESPACE/NAME is meant; it is ${word}`);
}

/** @throws CommandError where there are more words than this. */
export function noMore(words: readonly string[]): void {
  const [word] = words;
  if (word !== undefined) throw new CommandError(`${word} is one word too many; --help lists what there is`);
}
