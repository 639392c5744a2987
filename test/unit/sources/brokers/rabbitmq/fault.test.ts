import { expect, test } from 'vitest';
import { faultOf } from '../../../../../operator/sources/brokers/rabbitmq/fault.ts';
import { SourceError } from '../../../../../operator/sources/source-error.ts';
import { RefusedAddressError } from '../../../../../operator/verify/guarded-lookup.ts';

const block = { url: 'amqp://rabbitmq', queue: 'flux', vhost: 'team' };
const own = new SourceError('SourceUnsuitable', 'own');
const withCode = (code: unknown, message = '') => Object.assign(new Error(message), { code });
const HANDSHAKE = 'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "secret words"';
const VHOST = 'Expected ConnectionOpenOk; got <ConnectionClose channel:0>';

test.each([
  ['connecting', own, 'SourceUnsuitable', 'own'],
  ['connecting', new Error(HANDSHAKE), 'AuthenticationFailed', 'RabbitMQ refused the credentials'],
  ['connecting', new Error(VHOST), 'AccessDenied', /^RabbitMQ refused vhost team: it does not exist, or /],
  ['connecting', withCode('ECONNREFUSED'), 'Unreachable', 'no answer from RabbitMQ: ECONNREFUSED'],
  ['connecting', new AggregateError([withCode('ENETUNREACH')]), 'Unreachable', 'no answer from RabbitMQ: ENETUNREACH'],
  ['connecting', new Error('connect ETIMEDOUT'), 'Unreachable', 'no answer from RabbitMQ'],
  ['connecting', new RefusedAddressError('h'), 'Unreachable', 'the address is link-local, which is refused'],
  ['connecting', withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'AuthenticationFailed', /client certificate/],
  [
    'reading',
    withCode(403, 'secret words'),
    'AccessDenied',
    'the user lacks the right to read queue flux of vhost team',
  ],
  [
    'reading',
    withCode(404),
    'SourceNotFound',
    /^vhost team has no queue flux: make it with: rabbitmqadmin --vhost=team /,
  ],
  ['reading', withCode(405), 'SourceUnsuitable', 'queue flux belongs to another connection alone'],
  ['reading', withCode(320, 'secret words'), 'Unreachable', 'no answer from RabbitMQ: 320'],
  ['reading', 'a string', 'Unreachable', 'no answer from RabbitMQ'],
] as const)('%s: %s', (phase, error, code, message) => {
  const fault = faultOf(error, phase, block);
  expect(fault.code).toBe(code);
  if (typeof message === 'string') expect(fault.message).toBe(message);
  else expect(fault.message).toMatch(message);
  expect(fault.message).not.toContain('secret words');
});
