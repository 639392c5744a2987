import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, otherBody } from '../../../support/alerts/variations.ts';

interface Body {
  readonly tags: readonly string[];
}

const OBJECT_TAG = /^(kind|name|namespace): /;

const ordered = otherBody(
  'the recording sorts the tags; the object follows the metadata',
  ({ tags, ...rest }: Body) => {
    const object = tags.filter((tag) => OBJECT_TAG.test(tag));
    const own = tags.filter((tag) => tag.includes(': ') && !OBJECT_TAG.test(tag));
    return { ...rest, tags: ['flux', 'kustomize-controller', ...own, ...object] };
  },
);

test('the recorded scenario grafana', () => expectScenario('grafana', ordered));

test('the recorded scenario grafana-nometa', () => expectScenario('grafana-nometa'));

test('the bytes of an annotation', async () => {
  expect(await bodyOfVariation('grafana', { metadata: { zone: 'eu:1' } })).toBe(
    '{"when":1804136767,"text":"kustomization/ledger.payments","tags":["flux","kustomize-controller","zone: eu|1",' +
      '"kind: Kustomization","name: ledger","namespace: payments"]}',
  );
});

test('the tags stay within what Grafana takes, those of the object among them', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, 'y'.repeat(300)]));
  const { tags } = JSON.parse(await bodyOfVariation('grafana', { metadata }));
  expect(JSON.stringify(tags).length).toBeLessThanOrEqual(500);
  expect(tags).toEqual(expect.arrayContaining(['flux', 'kind: Kustomization', 'namespace: payments']));
  expect(tags.length).toBeGreaterThan(6);
});

test('with the channel `message` the text has the message too, as text and no longer than Grafana stores', async () => {
  const provider = { channel: 'message' };
  const short = JSON.parse(await bodyOfVariation('grafana', { provider, message: '<b>failed</b>' }));
  expect(short.text).toBe('kustomization/ledger.payments\n&lt;b&gt;failed&lt;/b&gt;');
  const { text } = JSON.parse(await bodyOfVariation('grafana', { provider, message: 'é'.repeat(40_000) }));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
  expect(text).toMatch(/^kustomization\/ledger\.payments\né{30000,}…$/);
});
