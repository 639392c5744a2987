/** Vitest's sequencer, with the files first that wait longest for servers: at the end, they would run with nothing beside them. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first. */
const LONGEST: readonly string[] = [
  'brokers/source-faults',
  'brokers/source-ends',
  'brokers/sources/nats',
  'brokers/aws-sources',
  'brokers/broker-faults',
  'e2e/documents',
  'e2e/high-availability',
].map((name) => `/test/${name}.test.ts`);

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((path) => moduleId.endsWith(path));
  return rank === -1 ? LONGEST.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}
