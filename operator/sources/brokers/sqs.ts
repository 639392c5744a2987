/** Amazon SQS: what other services put into a queue, directly or through SNS or EventBridge. */
import { checkWrittenAddress, RefusedAddressError } from '../../verify/guarded-lookup.ts';
import type { SnsProof } from '../../verify/sns/create-sns-proof.ts';
import { snsProof } from '../../verify/sns-proof.ts';
import { type AwsIdentities, createAwsIdentities } from '../credentials/aws.ts';
import type { AwsCredentials } from '../credentials/aws-credentials.ts';
import { createAwsHandler } from '../credentials/aws-handler.ts';
import type { Source, SourceSettings, SourceType } from '../source.ts';
import { createCalls } from './sqs/calls.ts';
import { queueOf, regionOf, type SqsBlock } from './sqs/queue.ts';
import { sqsSchema } from './sqs/schema.ts';
import { openSqsSource } from './sqs/sqs-source.ts';

/** One for the long poll, one for what is done meanwhile, one for what is extended. */
const MAX_SOCKETS = 3;

/** @param proof for tests: one that fetches certificates from elsewhere. */
export function createSqs(proof: SnsProof = snsProof): SourceType<SqsBlock> {
  const identities = createAwsIdentities();
  return {
    name: 'sqs',
    schema: sqsSchema,
    serviceAccountWhen: 'true',
    identity: () => 'required',
    title(block) {
      const { name, region } = queueOf(block);
      return `${name} (${region})`;
    },
    check,
    open: (settings) => open(identities, settings),
    async prove({ topicARNs = [] }, { body }) {
      if (topicARNs.length === 0) return undefined;
      await proof.verify(body, new Set(topicARNs));
      return 'sns';
    },
  };
}

export const sqs: SourceType<SqsBlock> = createSqs();

async function open(identities: AwsIdentities, settings: SourceSettings<SqsBlock>): Promise<Source> {
  const { block, identity, certificates, clock } = settings;
  const sdk = await import('../clients/sqs.ts');
  const queue = queueOf(block);
  const credentials = identities({ sdk, identity, region: queue.region, clock });
  const client = new sdk.SQSClient({
    region: queue.region,
    endpoint: queue.endpoint,
    credentials: askedEachTime(credentials),
    requestHandler: createAwsHandler(sdk, { maxSockets: MAX_SOCKETS, certificates }),
    maxAttempts: 1,
    customUserAgent: 'sluice',
  });
  const calls = createCalls({ sdk, client, queue, clock, refused: () => credentials.forget() });
  try {
    return await openSqsSource(calls, clock);
  } catch (error) {
    calls.close();
    throw error;
  }
}

function check(block: SqsBlock): string | undefined {
  const { queueURL, region, endpoint } = block;
  for (const [field, value] of Object.entries({ queueURL, endpoint })) {
    const problem = value === undefined ? undefined : problemOf(value);
    if (problem !== undefined) return `spec.sqs.${field} ${problem}`;
  }
  const said = regionOf(queueURL);
  if (said === undefined && region === undefined)
    return 'spec.sqs.region is required: spec.sqs.queueURL does not say it';
  if (said !== undefined && region !== undefined && said !== region) {
    return `spec.sqs.region is ${region}, but spec.sqs.queueURL says ${said}: leave spec.sqs.region out`;
  }
  return undefined;
}

function problemOf(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null) return 'is not an absolute URL';
  try {
    checkWrittenAddress(url);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedAddressError) return 'is a link-local address, which is never connected to';
    throw error;
  }
}

/** The SDK would keep them itself, and go on with some that were refused. */
function askedEachTime(credentials: AwsCredentials): AwsCredentials['get'] {
  return Object.assign(() => credentials.get(), { memoized: true });
}
