import { expect, test } from 'vitest';
import { isStaleHandle, sourceErrorOf } from '../../../../../operator/sources/brokers/sqs/sqs-error.ts';
import { SourceError } from '../../../../../operator/sources/source-error.ts';
import { RefusedAddressError } from '../../../../../operator/verify/guarded-lookup.ts';

const queue = { url: 'https://sqs.eu-west-1.amazonaws.com/1/flux', name: 'flux', region: 'eu-west-1', endpoint: '' };
const make =
  'queue flux (eu-west-1) does not exist; to make it: aws sqs create-queue --queue-name flux --region eu-west-1';

/** As the SDK throws it. */
function answer(name: string, status: number): Error {
  return Object.assign(new Error('SECRET'), { name, $metadata: { httpStatusCode: status } });
}
function connection(code: string): Error {
  return Object.assign(new Error('SECRET'), { code });
}

test.each([
  [answer('QueueDoesNotExist', 400), 'SourceNotFound', make],
  [answer('AWS.SimpleQueueService.NonExistentQueue', 400), 'SourceNotFound', make],
  [answer('QueueDeletedRecently', 400), 'SourceNotFound', make],
  [
    answer('AccessDeniedException', 400),
    'AccessDenied',
    'sqs:ReceiveMessage on flux (eu-west-1) is denied: AccessDeniedException; allow it to the role or user of this object',
  ],
  [
    answer('KMS.AccessDeniedException', 400),
    'AccessDenied',
    'sqs:ReceiveMessage on flux (eu-west-1) is denied: KMS.AccessDeniedException; allow it to the role or user of this object',
  ],
  [
    answer('InvalidClientTokenId', 403),
    'AuthenticationFailed',
    'the credentials for flux (eu-west-1) are refused: InvalidClientTokenId',
  ],
  [
    answer('SignatureDoesNotMatch', 403),
    'AuthenticationFailed',
    'the credentials for flux (eu-west-1) are refused: SignatureDoesNotMatch',
  ],
  [
    answer('ExpiredTokenException', 403),
    'AuthenticationFailed',
    'the credentials for flux (eu-west-1) are refused: ExpiredTokenException',
  ],
  [
    Object.assign(new Error('SECRET'), { name: 'CredentialsProviderError' }),
    'AuthenticationFailed',
    'the credentials for flux (eu-west-1) are refused: CredentialsProviderError',
  ],
  [
    answer('KMS.DisabledException', 400),
    'SourceUnsuitable',
    'sqs:ReceiveMessage on flux (eu-west-1) cannot work: KMS.DisabledException',
  ],
  [answer('RequestThrottled', 400), 'Unreachable', 'sqs:ReceiveMessage on flux (eu-west-1) failed: RequestThrottled'],
  [answer('SyntaxError', 502), 'Unreachable', 'sqs:ReceiveMessage on flux (eu-west-1) failed: status 502'],
  [answer('SECRET with spaces', 500), 'Unreachable', 'sqs:ReceiveMessage on flux (eu-west-1) failed: status 500'],
  [connection('ECONNREFUSED'), 'Unreachable', 'sqs:ReceiveMessage on flux (eu-west-1) failed: ECONNREFUSED'],
  [
    new AggregateError([connection('EHOSTUNREACH'), connection('ETIMEDOUT')]),
    'Unreachable',
    'sqs:ReceiveMessage on flux (eu-west-1) failed: EHOSTUNREACH',
  ],
  [
    new RefusedAddressError('metadata.example.com'),
    'Unreachable',
    'sqs:ReceiveMessage on flux (eu-west-1) failed: the address is link-local',
  ],
  [new Error('SECRET'), 'Unreachable', 'sqs:ReceiveMessage on flux (eu-west-1) failed: no answer'],
  ['SECRET', 'Unreachable', 'sqs:ReceiveMessage on flux (eu-west-1) failed: no answer'],
])('%s is %s', (error, code, message) => {
  expect(sourceErrorOf(error, 'ReceiveMessage', queue)).toMatchObject({ code, message });
});

test('what is known already stays', () => {
  const known = new SourceError('ServiceAccountNotAllowed', 'x');
  expect(sourceErrorOf(known, 'ReceiveMessage', queue)).toBe(known);
});

test.each([
  ['ReceiptHandleIsInvalid', true],
  ['InvalidParameterValue', true],
  ['AWS.SimpleQueueService.MessageNotInflight', true],
  ['InternalError', false],
  ['RequestThrottled', false],
])('%s is of a stale handle: %j', (code, stale) => {
  expect(isStaleHandle(code)).toBe(stale);
});
