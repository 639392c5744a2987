/** Opens the source of a queue as the operator does, with credentials of a Secret unless a test has others. */

import { systemClock } from '../../../operator/observe/clock.ts';
import { createLogger } from '../../../operator/observe/log.ts';
import type { SqsBlock } from '../../../operator/sources/brokers/sqs/queue.ts';
import { sqs } from '../../../operator/sources/brokers/sqs.ts';
import type { Message, Source, SourceSettings } from '../../../operator/sources/source.ts';

export const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';

/** @param region in the block, since test servers' URLs do not say it. */
export function openSqs(block: SqsBlock, settings: Partial<Omit<SourceSettings, 'block'>> = {}): Promise<Source> {
  return sqs.open({
    block: { region: 'eu-west-1', ...block },
    identity: { kind: 'secret', data: secretOf(ACCESS_KEY) },
    certificates: undefined,
    consumer: 'sluice-0',
    clock: systemClock,
    log: createLogger({ level: 'error', encoding: 'json' }),
    ...settings,
  });
}

/** With the line ends that files bring. */
export function secretOf(accessKey: string): Record<string, Buffer> {
  return {
    aws_access_key_id: Buffer.from(`${accessKey}\n`),
    aws_secret_access_key: Buffer.from('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n'),
  };
}

const never = new AbortController().signal;

/** Receives until there are `count` messages. */
export async function receiveAll(source: Source, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(...(await source.receive(10, never)));
  return messages;
}
