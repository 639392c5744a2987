import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { runScenario } from '../../../support/alerts/run-scenario.ts';
import { failureOfAnswer, runVariation } from '../../../support/alerts/variations.ts';

/** What the recording leaves out of a body, or cannot hold still. */
const RANDOM = ['event_id', 'trace_id', 'span_id'];

function opened(body: string) {
  const [head = '', itemHead = '', item = ''] = body.split('\n');
  const { type, length } = JSON.parse(itemHead);
  expect(Buffer.byteLength(item)).toBe(length);
  const parsed = JSON.parse(item);
  expect(JSON.parse(head)).toEqual({ event_id: parsed.event_id, sent_at: expect.stringMatching(/^\d{4}-.*Z$/) });
  return { itemType: type, item: parsed };
}

function stilled(value: unknown): unknown {
  const text = JSON.stringify(value, (key, field) => {
    if (key === 'event_id') return undefined;
    if (key === 'server_name' && field === hostname()) return '<host>';
    return RANDOM.includes(key) ? '<random>' : field;
  });
  return JSON.parse(text);
}

test('the recorded scenario sentry', async () => {
  const { scenario, requests, failures } = await runScenario('sentry');
  expect(failures).toEqual([]);
  expect(
    requests.map(({ method, path, headers, body }) => ({
      method,
      path,
      headers: { 'content-type': headers['content-type'], 'x-sentry-auth': headers['x-sentry-auth'] },
      body: stilled(opened(body)),
    })),
  ).toEqual(
    // The client is named by what it is.
    scenario.requests.map((request) => ({
      ...request,
      headers: {
        'content-type': 'application/x-sentry-envelope',
        'x-sentry-auth': 'Sentry sentry_version=7, sentry_client=sluice, sentry_key=pubkey',
      },
    })),
  );
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});

test('the IDs of a trace and its spans are hexadecimal, and an event keeps its ID when it is sent again', async () => {
  const twice = await Promise.all([runVariation('sentry', {}), runVariation('sentry', {})]);
  const items = twice.map(({ requests }) => opened(requests[0]?.body ?? '').item);
  expect(items[0].event_id).toMatch(/^[0-9a-f]{32}$/);
  expect(items[1].event_id).toBe(items[0].event_id);
  expect(items[0].spans[0].span_id).toMatch(/^[0-9a-f]{16}$/);
  expect(items[0].spans[0].trace_id).toBe(items[0].contexts.trace.trace_id);
});

test('another severity is not sent', async () => {
  const { requests, failures } = await runVariation('sentry', { severity: 'trace' });
  expect([requests, failures]).toEqual([[], []]);
});

test.each([
  [
    'a key and a secret behind a path',
    'http://key:hidden@SERVER/sub/path/7',
    '/sub/path/api/7/envelope/',
    ', sentry_secret=hidden',
  ],
  ['a key alone', 'http://key@SERVER/7', '/api/7/envelope/', ''],
])('a DSN of %s', async (_what, address, path, secret) => {
  const { requests } = await runVariation('sentry', { provider: { address } });
  expect(requests.map((request) => [request.path, request.headers['x-sentry-auth']])).toEqual([
    [path, `Sentry sentry_version=7, sentry_client=sluice, sentry_key=key${secret}`],
  ]);
});

test.each([
  ['no key', 'http://SERVER/7', 'invalid Sentry DSN: the key before the host is missing'],
  ['no project', 'http://key@SERVER/', 'invalid Sentry DSN: the project at the end is missing'],
  ['a broken escape', 'http://k%zy@SERVER/7', 'escapes nothing: write it as %25'],
  ['no URL', 'key@SERVER/7', 'invalid Sentry hook URL: the address'],
])('a DSN with %s is refused without being quoted', async (_what, address, message) => {
  const { requests, failures } = await runVariation('sentry', { provider: { address } });
  expect([requests, failures]).toEqual([[], [expect.stringContaining(message)]]);
  expect(failures.join()).not.toContain('127.0.0.1');
});

test('a failed delivery is reported (fault 9)', async () => {
  expect(await failureOfAnswer('sentry', 403, 'bad key')).toBe('Sentry answered with status code 403: bad key');
});

test('a long message and a long value are cut, which Sentry would drop', async () => {
  const metadata = { notes: `a\n${'x'.repeat(300)}` };
  const { requests } = await runVariation('sentry', { message: 'm'.repeat(9_000), metadata });
  const { message, tags } = opened(requests[0]?.body ?? '').item;
  expect(message).toBe(`${'m'.repeat(8_191)}…`);
  expect(tags.notes).toBe(`a ${'x'.repeat(197)}…`);
});

test('metadata beyond the size of an event are cut, which Sentry would refuse', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 1_200 }, (_, index) => [`key-${index}`, '&'.repeat(200)]));
  const { requests } = await runVariation('sentry', { severity: 'error', metadata });
  const body = requests[0]?.body ?? '';
  expect(Buffer.byteLength(body)).toBeLessThan(1_000_500);
  expect(Object.keys(opened(body).item.contexts.metadata).length).toBeGreaterThan(900);
});
