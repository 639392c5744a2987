/** What `sqs` needs of Amazon's SDK; a file of its own in the bundle. */
export {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
export { defaultProvider } from '@aws-sdk/credential-provider-node';
export { fromWebToken } from '@aws-sdk/credential-provider-web-identity';
export { NodeHttpHandler } from '@smithy/node-http-handler';
