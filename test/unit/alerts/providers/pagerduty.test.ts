import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

test.each(['pagerduty', 'pagerduty-nometa', 'trace-all-pd'])('the recorded scenario %s', (name) =>
  expectScenario(name),
);

test('the bytes of a failure', async () => {
  const { requests } = await runVariation('pagerduty', { severity: 'error', reason: 'BuildFailed' });
  expect(requests.map(({ body }) => body)).toEqual([
    '{"routing_key":"R0UT1NG","event_action":"trigger","dedup_key":"3f2b9c1e-58a7-4c0d-9a6e-0d7f4b21c9e5","payload":' +
      '{"summary":"build failed: kustomization/ledger","source":"Flux kustomize-controller","severity":"error",' +
      '"timestamp":"2027-03-04T05:06:07Z","component":"ledger","group":"Kustomization","custom_details":' +
      '{"message":"ready","metadata":{}}}}',
  ]);
});

test('the bytes of a success', async () => {
  const { requests } = await runVariation('pagerduty', { metadata: { zone: 'eu' } });
  expect(requests.map(({ body }) => body)).toEqual([
    '{"routing_key":"R0UT1NG","event_action":"resolve","dedup_key":"3f2b9c1e-58a7-4c0d-9a6e-0d7f4b21c9e5"}',
    '{"routing_key":"R0UT1NG","payload":{"summary":"done: kustomization/ledger","source":"Flux kustomize-controller",' +
      '"timestamp":"2027-03-04T05:06:07Z","custom_details":{"message":"ready","metadata":{"zone":"eu"}}}}',
  ]);
});

test('a long summary and many details are cut', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`k${index}`, '<'.repeat(600)]));
  const { requests } = await runVariation('pagerduty', { severity: 'error', reason: 'x'.repeat(2_000), metadata });
  const body = requests[0]?.body ?? '';
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(512_000);
  expect(JSON.parse(body).payload.summary).toBe(`${'x'.repeat(1_023)}…`);
  expect(Object.keys(JSON.parse(body).payload.custom_details.metadata)).toHaveLength(400);
});

test('a change is told only when the incident was resolved', async () => {
  const { requests, failures } = await runVariation('pagerduty', { answer: [400, 'invalid routing key'] });
  expect(requests.map(({ path }) => path)).toEqual(['/v2/enqueue']);
  expect(failures).toEqual([expect.stringContaining('status code 400: invalid routing key')]);
});
