/** A type of source in memory, under the name of a real one. */
import type { Source, SourceType } from '../../../operator/sources/source.ts';
import { createMemorySource } from './memory-source.ts';

export interface MemoryBlock {
  readonly queueURL: string;
}

export const memoryType: SourceType<MemoryBlock> = {
  name: 'sqs',
  schema: {
    type: 'object',
    required: ['queueURL'],
    properties: { queueURL: { type: 'string' } },
  },
  serviceAccountWhen: 'true',
  identity: () => 'required',
  title: ({ queueURL }) => queueURL,
  check: ({ queueURL }) => (queueURL === 'wrong' ? 'spec.sqs.queueURL is wrong' : undefined),
  open: async (): Promise<Source> => createMemorySource(),
};

export const memoryTypes: ReadonlyMap<string, SourceType> = new Map([['sqs', memoryType as SourceType]]);
