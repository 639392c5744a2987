import { expect, test } from 'vitest';
import { readOtlpRequest } from '../../../support/alerts/otlp-request.ts';
import { startRecorder } from '../../../support/alerts/recorder.ts';
import { runScenario } from '../../../support/alerts/run-scenario.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

type Attributes = { key: string }[];

/** The recording's order is by key, and it cannot hold the time or what is random. */
function stilled(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, field) => {
    if (key === 'endTimeUnixNano') return '<now>';
    if (key === 'spanId') return '<random>';
    if (key !== 'attributes') return field;
    return [...(field as Attributes)].sort((one, other) => (one.key < other.key ? -1 : 1));
  });
}

test.each(['otel', 'otel-headers', 'otel-oci-helmrepo'])('the recorded scenario %s', async (name) => {
  const { scenario, requests, failures } = await runScenario(name);
  expect(failures).toEqual([]);
  const expected = scenario.requests.map((request) => ({ ...request, body: stilled(request.body) }));
  const made = requests.map(({ method, path, headers, bytes }, index) => ({
    method,
    path,
    headers: Object.fromEntries(Object.keys(expected[index]?.headers ?? {}).map((key) => [key, headers[key]])),
    body: stilled(readOtlpRequest(bytes)),
  }));
  expect(made).toEqual(expected);
});

test('an event that is sent again is the same span, another one is not', async () => {
  const sent = await Promise.all(['ready', 'ready', 'late'].map((message) => runVariation('otel', { message })));
  const ids = sent.map(
    ({ requests }) => /"spanId":"([^"]+)"/.exec(JSON.stringify(readOtlpRequest(bytesOf(requests))))?.[1],
  );
  expect(Buffer.from(ids[0] ?? '', 'base64')).toHaveLength(8);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

function bytesOf([request]: readonly { readonly bytes: Buffer }[]): Buffer {
  return request?.bytes ?? Buffer.alloc(0);
}

const credentials = (creds: Record<string, string>, username?: string) => ({
  provider: { secretRef: { name: 'creds' }, ...(username === undefined ? {} : { username }) },
  secrets: { creds },
});

test.each([
  ['a token without headers', credentials({ token: 't-1' }), 'Bearer t-1'],
  ['a password without a username', credentials({ password: 'p-1' }), 'Bearer p-1'],
  ['a username and a password', credentials({ username: 'u', password: 'p-1' }), `Basic ${btoa('u:p-1')}`],
  ['a username of the spec', credentials({ token: 't-1' }, 'u'), `Basic ${btoa('u:t-1')}`],
  ['a header of its own', credentials({ token: 't-1', headers: 'authorization: Own x' }), 'Own x'],
  ['nothing', credentials({ note: 'none' }), undefined],
])('the credentials of %s (fault 10)', async (_what, variation, authorization) => {
  const { requests, failures } = await runVariation('otel', variation);
  expect(failures).toEqual([]);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([authorization]);
});

test('the proxy gets no credentials of the receiver (fault 10)', async () => {
  const proxy = await startRecorder();
  try {
    const variation = credentials({ username: 'u', password: 'p-1', proxy: `http://${proxy.host}` });
    await runVariation('otel', variation);
    expect(proxy.requests.map(({ headers }) => [headers['proxy-authorization'], headers.authorization])).toEqual([
      [undefined, `Basic ${btoa('u:p-1')}`],
    ]);
  } finally {
    await proxy.close();
  }
});

test('a failed delivery is reported (fault 9)', async () => {
  const { failures } = await runVariation('otel', { answer: [503, 'busy'] });
  expect(failures).toEqual([expect.stringContaining('the OTLP receiver answered with status code 503: busy')]);
});

test('a span that is refused by a 200 is reported', async () => {
  const { failures } = await runScenario('otel', (scenario) => ({
    ...scenario,
    posts: scenario.posts.slice(0, 1),
    serverAnswers: [
      {
        match: 'POST',
        status: 200,
        // partial_success: rejected_spans 1, error_message "full"
        body: '\x0a\x08\x08\x01\x12\x04full',
        header: { 'Content-Type': 'application/x-protobuf' },
      },
    ],
  }));
  expect(failures).toEqual([expect.stringContaining('the OTLP receiver rejected the span: full')]);
});

test('an address without a path gets the usual one, and one that is no URL is refused', async () => {
  const { requests } = await runVariation('otel', { provider: { address: 'http://SERVER/' } });
  expect(requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  const { failures } = await runVariation('otel', { provider: { address: 'collector:4318' } });
  expect(failures).toEqual([expect.stringContaining('invalid OTEL hook URL')]);
});

test('a header of the Secret does not replace the type of the body', async () => {
  const { requests } = await runVariation('otel', {
    provider: { secretRef: { name: 'creds' } },
    secrets: { creds: { headers: 'content-type: text/x\nx-tenant: one' } },
  });
  const [{ headers = {} } = {}] = requests;
  expect([headers['content-type'], headers['x-tenant']]).toEqual(['application/x-protobuf', 'one']);
});
