/** Amazon SNS, by way of an HTTPS subscription. */
import { RequestError } from '../api/errors.ts';
import type { SnsProof } from '../verify/sns/create-sns-proof.ts';
import { snsProof } from '../verify/sns-proof.ts';
import { deliveredEvents } from './delivered-events.ts';
import { firstHeader } from './first-header.ts';
import { malformedKey, secretWords } from './secret-key.ts';
import type { RequestHead, SecretData, WebhookType, WebhookVerifier } from './webhook-type.ts';

const TOPIC_ARNS = 'topicARNs';
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:/;

function prepare(secret: SecretData, proof: SnsProof): WebhookVerifier {
  const arns = secretWords(secret, TOPIC_ARNS);
  const foreign = arns.findIndex((arn) => !TOPIC_ARN.test(arn));
  if (foreign !== -1) throw malformedKey(TOPIC_ARNS, `entry ${foreign + 1} is not the ARN of an SNS topic`);
  const topicArns: ReadonlySet<string> = new Set(arns);
  return {
    head(head) {
      checkHead(head, topicArns);
      return async (body) => {
        const message = await proof.verify(body, topicArns);
        if (message.type === 'SubscriptionConfirmation') await proof.confirm(message);
        return {};
      };
    },
  };
}

/** SNS says here what it says in the body: a forged request is refused before its body is read, unless it lies. */
function checkHead(head: RequestHead, topicArns: ReadonlySet<string>): void {
  if (firstHeader(head, 'x-amz-sns-rawdelivery')?.toLowerCase() === 'true') {
    throw new RequestError('SignatureMissing', 'raw message delivery is on, and such messages are not signed');
  }
  const topicArn = firstHeader(head, 'x-amz-sns-topic-arn');
  if (topicArn !== undefined && !topicArns.has(topicArn)) {
    throw new RequestError('TopicNotListed', 'x-amz-sns-topic-arn is not listed');
  }
}

/** @param proof for tests: one that fetches certificates from elsewhere. */
export function createSns(proof: SnsProof = snsProof): WebhookType {
  return {
    name: 'sns',
    validatedBy: "the SNS signature in the body, of a topic in the Secret's `topicARNs`",
    secret: 'required',
    oidcProviders: 'refused',
    events: { unlisted: 'passed-over', read: (request) => deliveredEvents(request, { proved: 'sns' }) },
    filterVariables: ['msg'],
    methods: ['POST'],
    prepare: ({ secret }) => prepare(secret, proof),
  };
}

export const sns: WebhookType = createSns();
