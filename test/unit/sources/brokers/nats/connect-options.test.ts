import { nkeys } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { connectOptions } from '../../../../../operator/sources/brokers/nats/connect-options.ts';
import * as client from '../../../../../operator/sources/clients/nats-jetstream.ts';
import { createNatsAccounts } from '../../../../support/alerts/nats-accounts.ts';

const block = { servers: ['nats://a:1', 'nats://[::1]:2'], stream: 'FLUX', consumer: 'sluice' };

function optionsOf(secret?: Record<string, string>, certificates?: Record<string, string>, servers = block.servers) {
  const toData = (data: Record<string, string>) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  return connectOptions(
    {
      block: { ...block, servers },
      identity: secret === undefined ? { kind: 'none' } : { kind: 'secret', data: toData(secret) },
      certificates: certificates === undefined ? undefined : toData(certificates),
      consumer: 'sluice-0',
    },
    client,
  );
}

test('the servers are named without their schemes, the connection after the pod', () => {
  expect(optionsOf()).toEqual({
    servers: ['a:1', '[::1]:2'],
    name: 'sluice-0',
    timeout: 10_000,
    noAsyncTraces: true,
    pingInterval: 8_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 2_000,
  });
});

test.each([
  ['tls:// demands TLS', ['tls://a', 'nats://b'], undefined, {}],
  ['so does a certificate', ['nats://a'], { 'ca.crt': 'CA' }, { ca: 'CA' }],
  ['all of it', ['tls://a'], { 'ca.crt': 'CA', 'tls.crt': 'C', 'tls.key': 'K' }, { ca: 'CA', cert: 'C', key: 'K' }],
])('%s', (_, servers, certificates, tls) => {
  expect(optionsOf(undefined, certificates, servers).tls).toEqual(tls);
});

const seed = Buffer.from(nkeys.createUser().getSeed()).toString();
const { creds } = createNatsAccounts();

test.each([
  [
    { username: 'flux', password: 'sesame' },
    { user: 'flux', pass: 'sesame' },
  ],
  [{ token: 'sesame' }, { token: 'sesame' }],
  [
    { username: 'flux', password: 'sesame', token: 'other' },
    { user: 'flux', pass: 'sesame' },
  ],
  [{ nkey: `${seed}\n`, token: 'other' }, { authenticator: expect.any(Function) }],
  [{ creds, nkey: seed }, { authenticator: expect.any(Function) }],
])('credentials %#', (secret, expected) => {
  expect(optionsOf(secret)).toMatchObject(expected);
});

test.each([
  [{}, 'SecretNotFound', "the Secret has none of the keys 'creds', 'nkey', 'username' and 'token'"],
  [{ username: 'flux' }, 'SecretNotFound', "the Secret has no key 'password'"],
  [{ nkey: 'open sesame' }, 'AuthenticationFailed', "the Secret's key 'nkey' has no NATS credentials"],
  [{ creds: 'open sesame' }, 'AuthenticationFailed', "the Secret's key 'creds' has no NATS credentials"],
])('no credentials %#', (secret: Record<string, string>, code, message) => {
  expect(() => optionsOf(secret)).toThrow(expect.objectContaining({ code, message }));
});
