/** Tells from what Amazon's SDK throws why a queue cannot be read. Of an answer nothing but its code is passed on. */
import { awsCodeOf } from '../../credentials/aws-code.ts';
import { SourceError, type SourceErrorCode } from '../../source-error.ts';
import type { Queue } from './queue.ts';

/** Codes as SQS, STS and KMS give them, with and without the namespaces of the older protocol. */
const CODES: Readonly<Record<string, SourceErrorCode>> = {
  QueueDoesNotExist: 'SourceNotFound',
  NonExistentQueue: 'SourceNotFound',
  QueueDeletedRecently: 'SourceNotFound',
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  KmsAccessDenied: 'AccessDenied',
  UnauthorizedOperation: 'AccessDenied',
  OptInRequired: 'AccessDenied',
  KmsOptInRequired: 'AccessDenied',
  InvalidClientTokenId: 'AuthenticationFailed',
  UnrecognizedClientException: 'AuthenticationFailed',
  InvalidAccessKeyId: 'AuthenticationFailed',
  InvalidSecurity: 'AuthenticationFailed',
  SignatureDoesNotMatch: 'AuthenticationFailed',
  InvalidSignatureException: 'AuthenticationFailed',
  IncompleteSignature: 'AuthenticationFailed',
  IncompleteSignatureException: 'AuthenticationFailed',
  MissingAuthenticationToken: 'AuthenticationFailed',
  MissingAuthenticationTokenException: 'AuthenticationFailed',
  RequestExpired: 'AuthenticationFailed',
  ExpiredToken: 'AuthenticationFailed',
  ExpiredTokenException: 'AuthenticationFailed',
  CredentialsProviderError: 'AuthenticationFailed',
  KmsDisabled: 'SourceUnsuitable',
  KmsInvalidState: 'SourceUnsuitable',
  KmsInvalidKeyUsage: 'SourceUnsuitable',
  KmsNotFound: 'SourceUnsuitable',
  UnsupportedOperation: 'SourceUnsuitable',
  InvalidAddress: 'SourceUnsuitable',
};

/** A receipt handle that is not the message's any more: the message was done, or has come to somebody else since. */
const STALE = new Set([
  'ReceiptHandleIsInvalid',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'MessageNotInflight',
]);

/** What a call was: `ReceiveMessage`. */
export type SqsAction = 'ReceiveMessage' | 'DeleteMessage' | 'ChangeMessageVisibility' | 'GetQueueAttributes';

export function isStaleHandle(code: string): boolean {
  return STALE.has(bareCode(code));
}

/** @returns the error itself where it is one already: that of credentials that cannot be had. */
export function sourceErrorOf(error: unknown, action: SqsAction, queue: Queue): SourceError {
  if (error instanceof SourceError) return error;
  return codedError(awsCodeOf(error), action, queue, error);
}

/** @param code of the answer, of one entry of a batch, or of a connection that failed. */
export function codedError(code: string, action: SqsAction, queue: Queue, cause?: unknown): SourceError {
  const { name, region } = queue;
  const title = `${name} (${region})`;
  const messages: Partial<Record<SourceErrorCode, string>> = {
    SourceNotFound: `queue ${title} does not exist; to make it: aws sqs create-queue --queue-name ${name} --region ${region}`,
    AccessDenied: `sqs:${action} on ${title} is denied: ${code}; allow it to the role or user of this object`,
    AuthenticationFailed: `the credentials for ${title} are refused: ${code}`,
    SourceUnsuitable: `sqs:${action} on ${title} cannot work: ${code}`,
  };
  const source = CODES[bareCode(code)] ?? 'Unreachable';
  return new SourceError(source, messages[source] ?? `sqs:${action} on ${title} failed: ${code}`, { cause });
}

/** `AWS.SimpleQueueService.NonExistentQueue` and `KMS.DisabledException` lose what stands before. */
function bareCode(code: string): string {
  return code.replace(/^AWS\.SimpleQueueService\./, '').replace(/^KMS\.(\w+?)(Exception)?$/, 'Kms$1');
}
