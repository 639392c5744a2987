import { expect, test } from 'vitest';
import { nats } from '../../../../operator/sources/brokers/nats.ts';

const block = { servers: ['nats://nats.nats:4222'], stream: 'FLUX', consumer: 'sluice' };

test('its title is the stream and the consumer', () => {
  expect(nats.title(block)).toBe('FLUX/sluice');
  expect(nats.identity(block)).toBe('secret-only');
});

const SHAPE = 'spec.nats.servers: each must be nats://host:port or tls://host:port';
const USER = 'spec.nats.servers: credentials belong in the Secret of spec.secretRef, not in a URL';
const linkLocal = (host: string) => `spec.nats.servers: ${host} is a link-local address, which is refused`;

test.each([
  ['nats://nats.nats:4222', undefined],
  ['tls://nats', undefined],
  ['nats://10.0.0.1:4222/', undefined],
  ['nats://[::1]:4222', undefined],
  ['ws://nats:4222', SHAPE],
  ['nats:4222', SHAPE],
  ['nats://nats/path', SHAPE],
  ['', SHAPE],
  ['nats://flux:sesame@nats:4222', USER],
  ['nats://token@nats:4222', USER],
  ['nats://169.254.169.254:4222', linkLocal('169.254.169.254')],
  ['tls://[fe80::1]:4222', linkLocal('fe80::1')],
  ['tls://[::ffff:169.254.1.1]:4222', linkLocal('::ffff:a9fe:101')],
])('the server %s', (server, fault) => {
  expect(nats.check({ ...block, servers: ['nats://first', server] })).toBe(fault);
});

test('the schema refuses what check refuses, and names that are none', () => {
  const { servers, stream } = nats.schema.properties as Record<
    string,
    { pattern?: string; items?: { pattern: string } }
  >;
  const server = new RegExp(servers?.items?.pattern ?? '');
  expect(['nats://a:1', 'tls://a', 'nats://u:p@a', 'http://a', 'nats://a/b'].map((each) => server.test(each))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  const name = new RegExp(stream?.pattern ?? '');
  expect(['FLUX', 'a-b_c', 'a.b', 'a b', 'a*', 'a>', 'a/b', 'a\\b'].map((each) => name.test(each))).toEqual([
    true,
    true,
    ...Array<boolean>(6).fill(false),
  ]);
});
