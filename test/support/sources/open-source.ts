/** A broker's source as the loop opens it, for tests with real servers. */

import { systemClock } from '../../../operator/observe/clock.ts';
import { createLogger } from '../../../operator/observe/log.ts';
import type { Message, SecretData, Source, SourceSettings, SourceType } from '../../../operator/sources/source.ts';
import { SourceError } from '../../../operator/sources/source-error.ts';

export interface OpenOptions {
  /** Of the Secret of `secretRef`. */
  readonly secret?: Readonly<Record<string, string>>;
  /** Of the Secret of `certSecretRef`. */
  readonly certificates?: Readonly<Record<string, string>>;
}

export function openSource<Block>(type: SourceType<Block>, block: Block, options: OpenOptions = {}): Promise<Source> {
  const { secret, certificates } = options;
  const settings: SourceSettings<Block> = {
    block,
    identity: secret === undefined ? { kind: 'none' } : { kind: 'secret', data: secretData(secret) },
    certificates: certificates === undefined ? undefined : secretData(certificates),
    consumer: 'sluice-test-0',
    clock: systemClock,
    log: createLogger({ level: 'error', encoding: 'json', destination: { write: () => undefined } }),
  };
  return type.open(settings);
}

function secretData(data: Readonly<Record<string, string>>): SecretData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
}

const never = new AbortController().signal;

/** Receives until there is something. */
export async function receiveSome(source: Source, max = 10): Promise<readonly Message[]> {
  for (;;) {
    const messages = await source.receive(max, never);
    if (messages.length > 0) return messages;
  }
}

/** Receives until `count` have come. */
export async function receiveCount(source: Source, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(...(await source.receive(count - messages.length, never)));
  return messages;
}

/** As the loop does it: until one comes, what cannot be read being tried again. @param faults gets the codes, each once in a row. */
export async function receiveThrough(source: Source, faults: string[] = []): Promise<readonly Message[]> {
  for (;;) {
    try {
      return await receiveSome(source);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (faults.at(-1) !== error.code) faults.push(error.code);
    }
  }
}

/** @returns `code: message` of what it throws. */
export async function faultOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof SourceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}
