import { credentials } from 'amqplib';
import { expect, test } from 'vitest';
import { connectOptions } from '../../../../../operator/sources/brokers/rabbitmq/connect-options.ts';
import type { Identity, SecretData } from '../../../../../operator/sources/source.ts';

const block = { url: 'amqps://rabbitmq:5673', queue: 'flux' };
const none: Identity = { kind: 'none' };
const secret = (data: Record<string, string>): Identity => ({ kind: 'secret', data: toData(data) });

function toData(data: Record<string, string>): SecretData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
}

function optionsOf(
  identity: Identity,
  own: Partial<typeof block> = {},
  certificates?: Record<string, string>,
  vhost?: string,
) {
  const settings = {
    block: { ...block, ...own, ...(vhost === undefined ? {} : { vhost }) },
    identity,
    certificates: certificates && toData(certificates),
    consumer: 'sluice-0',
  };
  return connectOptions(settings, { credentials });
}

test.each([
  [{}, undefined, { protocol: 'amqps', hostname: 'rabbitmq', port: 5673, vhost: '%2F' }],
  [{ url: 'amqp://[::1]' }, 'team a/b', { protocol: 'amqp', hostname: '::1', vhost: 'team%20a%2Fb' }],
])('the address %j, %s', (own, vhost, expected) => {
  const [address, socket] = optionsOf(none, own, undefined, vhost);
  expect(address).toEqual({ ...expected, heartbeat: 10 });
  expect(socket.clientProperties).toEqual({ connection_name: 'sluice-0' });
});

const certificate = { 'ca.crt': 'CA', 'tls.crt': 'C', 'tls.key': 'K' };

test.each([
  ['the Secret', secret({ username: 'flux', password: 'sesame' }), certificate, 'PLAIN', '\0flux\0sesame'],
  ['the certificate', none, certificate, 'EXTERNAL', ''],
  ['neither', none, { 'ca.crt': 'CA' }, 'PLAIN', '\0guest\0guest'],
])('%s says who asks', (_, identity, certificates, mechanism, response) => {
  const [, { credentials: made, ca }] = optionsOf(identity, {}, certificates);
  expect([made?.mechanism, made?.response().toString()]).toEqual([mechanism, response]);
  expect(String(ca)).toBe('CA');
});

test.each([
  [{}, "the Secret has no key 'username'"],
  [{ username: 'flux' }, "the Secret has no key 'password'"],
])('a Secret of %j', (data: Record<string, string>, message) => {
  expect(() => optionsOf(secret(data))).toThrow(expect.objectContaining({ code: 'SecretNotFound', message }));
});
