import { expect, test } from 'vitest';
import { rabbitmq } from '../../../../operator/sources/brokers/rabbitmq.ts';

const block = { url: 'amqp://rabbitmq', queue: 'flux' };

test('its title is the queue, with a virtual host of its own', () => {
  expect(rabbitmq.title(block)).toBe('flux');
  expect(rabbitmq.title({ ...block, vhost: '/' })).toBe('flux');
  expect(rabbitmq.title({ ...block, vhost: 'team' })).toBe('flux (team)');
  expect(rabbitmq.identity(block)).toBe('secret-only');
});

const SHAPE =
  'spec.rabbitmq.url: it must be amqp://host:port or amqps://host:port; the virtual host is spec.rabbitmq.vhost';
const USER = 'spec.rabbitmq.url: credentials belong in the Secret of spec.secretRef, not in a URL';
const linkLocal = (host: string) => `spec.rabbitmq.url: ${host} is a link-local address, which is refused`;

test.each([
  ['amqp://rabbitmq.queues:5672', undefined],
  ['amqps://rabbitmq/', undefined],
  ['amqps://[::1]:5671', undefined],
  ['amqp://rabbitmq/team', SHAPE],
  ['amqp://rabbitmq?heartbeat=5', SHAPE],
  ['http://rabbitmq', SHAPE],
  ['rabbitmq', SHAPE],
  ['amqp://flux:sesame@rabbitmq', USER],
  ['amqp://flux@rabbitmq', USER],
  ['amqp://169.254.169.254', linkLocal('169.254.169.254')],
  ['amqps://[fe80::1]:5671', linkLocal('fe80::1')],
])('the URL %s', (url, fault) => {
  expect(rabbitmq.check({ ...block, url })).toBe(fault);
  const { url: schema } = rabbitmq.schema.properties as Record<string, { pattern: string }>;
  const isWellFormed = fault === undefined || fault.includes('link-local');
  expect(new RegExp(schema?.pattern ?? '').test(url)).toBe(isWellFormed);
});
