/** From the words of a command line to the values of the flags. */
import type { Flag } from './flag.ts';
import { type FlagValues, flagList, flags } from './flags.ts';
import { nearestName } from './nearest-name.ts';

export interface ReadFlags {
  readonly values: FlagValues;
  /** Of the flags that were set and do less than with Flux, one line each. */
  readonly notices: readonly string[];
}

/** A command line that cannot be followed; the message is one line that says where and why. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

const byName: ReadonlyMap<string, Flag<unknown>> = new Map(flagList.map((flag) => [flag.name, flag]));
const names = [...byName.keys(), 'help', 'version'];

/** Of a flag that is set twice, the last value counts. @throws UsageError */
export function readFlags(words: readonly string[]): ReadFlags {
  const written = new Map<Flag<unknown>, string>();
  for (let index = 0; index < words.length; index++) {
    const { flag, value } = split(words[index] ?? '', words[index - 1]);
    if (value !== undefined) written.set(flag, value);
    else if (flag.alone) written.set(flag, 'true');
    else {
      index++;
      const next = words[index];
      if (next === undefined) throw new UsageError(`--${flag.name} needs a value: ${flag.type}`);
      written.set(flag, next);
    }
  }
  const entries = Object.entries(flags).map(([field, flag]) => [field, parsedValue(flag, written.get(flag))]);
  const notices = [...written.keys()].flatMap(({ name, notice }) => (notice ? [`--${name}: ${notice}`] : []));
  return { values: Object.fromEntries(entries) as FlagValues, notices };
}

function split(word: string, before: string | undefined): { flag: Flag<unknown>; value: string | undefined } {
  if (!word.startsWith('-') || word === '-' || word === '--') throw new UsageError(stray(word, before));
  const [dashes = ''] = /^--?/.exec(word) ?? [];
  const equals = word.indexOf('=');
  const name = word.slice(dashes.length, equals === -1 ? undefined : equals);
  const flag = dashes === '--' ? byName.get(name) : undefined;
  if (flag !== undefined) return { flag, value: equals === -1 ? undefined : word.slice(equals + 1) };
  const nearest = nearestName(name, names);
  const meant = nearest === undefined ? '; --help lists them all' : `; did you mean --${nearest}?`;
  throw new UsageError(`unknown flag ${dashes}${name}${meant}`);
}

function stray(word: string, before: string | undefined): string {
  const flag = before?.startsWith('--') ? byName.get(before.slice(2)) : undefined;
  if (flag?.alone) return `unexpected argument "${word}"; write --${flag.name}=${word}`;
  return `unexpected argument "${word}"; there are only flags, and --help lists them`;
}

function parsedValue(flag: Flag<unknown>, text: string | undefined): unknown {
  const parsed = flag.parse(text ?? flag.default, text !== undefined);
  if ('expected' in parsed) throw new UsageError(`--${flag.name} "${text}": expected ${parsed.expected}`);
  return parsed.value;
}
