/** Opens a source and what reads it, within a time. */
import type { Clock } from '../observe/clock.ts';
import type { Inputs } from './inputs.ts';
import type { Reader } from './reader.ts';
import type { Source } from './source.ts';
import { SourceError } from './source-error.ts';
import { within } from './within.ts';

export interface Opened {
  readonly reader: Reader;
  /** Of the broker's settings, as they were read last. */
  notes: readonly string[];
}

export interface OpenReaderOptions {
  /** @throws SourceError, and what a client may throw. */
  readonly open: (inputs: Inputs) => Promise<Source>;
  readonly read: (source: Source) => Reader;
  readonly clock: Clock;
}

const OPEN_MS = 28_000;

/** What comes too late is closed. @throws SourceError, and whatever else `open` throws. */
export function openReader(options: OpenReaderOptions, inputs: Inputs): Promise<Opened> {
  const opening = openAndInspect(options, inputs);
  return within({ clock: options.clock, ms: OPEN_MS }, opening, () => {
    opening.then(({ reader }) => reader.release()).catch(() => {});
    throw new SourceError('Unreachable', `no connection within ${OPEN_MS / 1_000} s`);
  });
}

async function openAndInspect({ open, read }: OpenReaderOptions, inputs: Inputs): Promise<Opened> {
  const source = await open(inputs);
  // What it may not tell of its settings, a receive does not need.
  const notes = await source.inspect().catch(() => []);
  return { reader: read(source), notes };
}
