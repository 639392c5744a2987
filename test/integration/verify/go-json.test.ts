// Bodies that JSON parsers disagree about, read here and by Go's decoder.
import { beforeAll, expect, it } from 'vitest';
import type { Command } from '../../../control-plane/component.ts';
import { RequestError } from '../../../operator/api/errors.ts';
import { acr } from '../../../operator/webhooks/acr.ts';
import { dockerhub } from '../../../operator/webhooks/dockerhub.ts';
import { filterObject } from '../../../operator/webhooks/filter-object.ts';
import { nexus } from '../../../operator/webhooks/nexus.ts';
import { pubsubMessage } from '../../../operator/webhooks/pubsub-message.ts';
import { quay } from '../../../operator/webhooks/quay.ts';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { askGo, findGoVerdicts, type ReadAs } from '../../support/go-verdicts.ts';
import { TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';

const VALUES: readonly (string | Buffer)[] = [
  ...['null', 'true', 'false', '{}', '[]', '[null]', '["a"]', '["a",1]', '"x"', '""', '{"tag":"x"}', '{"a":1,"a":"x"}'],
  ...['0', '-0', '1', '01', '+1', '.5', '1.', '1e', '1e5', '1E+2', '1e308', '1e309', '-1e400', '1e-400', 'NaN', '0x1'],
  ...['12345678901234567890123', `1${'0'.repeat(308)}`, `1${'0'.repeat(309)}`, `${'9'.repeat(400)}.5`, 'Infinity'],
  ...['"\\ud800"', '"\\udc00"', '"\\ud83d\\ude00"', '"\\ud83d\\u0041"', '"\\udc00\\ud800"', '"\\\\ud800"', '"\\ud83"'],
  ...[
    '"\\uD800\\\\"',
    '"\\x"',
    '"\\u00zz"',
    '"a\tb"',
    '"a\nb"',
    '"\u007f"',
    '"\u2028"',
    '"é😀"',
    "'x'",
    '"\\/"',
    'nul',
  ],
  Buffer.from([0x22, 0xff, 0x22]),
  Buffer.from([0x22, 0xe9, 0x78, 0x22]),
  Buffer.from([0x22, 0xc0, 0x80, 0x22]),
  Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
];

const AROUND: readonly (readonly [string, string])[] = [
  ['', ''],
  ['{"x":', '}'],
  ['{"__proto__":', '}'],
  ['{"x":[{"y":', '}]}'],
  ['{"action":', ',"digest":"d"}'],
  ['{"Action":', '}'],
  ['{"action":"a","ACTION":', '}'],
  ['{"repositoryname":', '}'],
  ['{"repo\u017fitoryName":', '}'],
  ['{"push_data":', '}'],
  ['{"push_data":{"tag":', '}}'],
  ['{"Repository":{"REPO_URL":', '}}'],
  ['{"docker_url":', ',"updated_tags":[]}'],
  ['{"updated_tags":', '}'],
  ['{"target":{"tag":', ',"repository":null}}'],
  ['{"\\ud800":', '}'],
];

const BEFORE = ['', ' \t\r\n', '\ufeff', '\0', ','];
const AFTER = ['', ' \n', '\n\0', '{}', ' null', 'text', ']', '}', ',', '\u00a0'];

const BODIES: readonly Buffer[] = [
  ...BEFORE.flatMap((before) =>
    AROUND.flatMap(([open, close]) =>
      VALUES.flatMap((value) =>
        // What is around the whole does not depend on the value.
        (before === '' ? AFTER : ['', '{}']).map((after) =>
          Buffer.concat([Buffer.from(before + open), Buffer.from(value as string), Buffer.from(close + after)]),
        ),
      ),
    ),
  ),
  ...[9_998, 9_999, 10_000, 10_001].map((depth) => Buffer.from(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`)),
  Buffer.from(`{"x":1}${'['.repeat(20_000)}`),
  Buffer.from(`{"x":"${'[\\"'.repeat(20_000)}"}{}`),
  Buffer.from(`{"x":"${'x'.repeat(20_000)}"`),
];

/** Of longer bodies, which are deep, the verdict alone is compared. */
const COMPARED_BYTES = 5_000;

interface Outcome {
  readonly accepted: boolean;
  readonly value?: unknown;
}

function outcomeOf(read: () => unknown): Outcome {
  try {
    return { accepted: true, value: read() };
  } catch (error) {
    if (error instanceof RequestError) return { accepted: false };
    throw error;
  }
}

function byType(type: WebhookType, headers: (body: Buffer) => Record<string, string> = () => ({})) {
  return async (body: Buffer): Promise<Outcome> => {
    const verdict = await verdictOf(type, tokenSettings, webhookRequest({ headers: headers(body), body }));
    return { accepted: verdict === 'accepted' };
  };
}

const READERS: Readonly<Partial<Record<ReadAs, (body: Buffer) => Outcome | Promise<Outcome>>>> = {
  req: (body) => outcomeOf(() => filterObject(body)),
  dockerhub: byType(dockerhub),
  quay: byType(quay),
  acr: byType(acr),
  nexus: byType(nexus, (body) => ({ 'X-Nexus-Webhook-Signature': hexHmac('sha1', TOKEN, body) })),
  'registry-event': (body) =>
    outcomeOf(() => pubsubMessage(Buffer.from(JSON.stringify({ message: { data: body.toString('base64') } })))),
};

let go: Command | string;
beforeAll(async () => {
  go = await findGoVerdicts();
}, 600_000);

it.for(Object.entries(READERS))('%s is read as Go reads it', { timeout: 300_000 }, async ([as, read], ctx) => {
  if (typeof go === 'string') return ctx.skip(go);
  const verdicts = await askGo(
    go,
    BODIES.map((body) => ({ as: as as ReadAs, body })),
  );
  const differences: string[] = [];
  for (const [index, body] of BODIES.entries()) {
    const { accepted, reason, value } = verdicts[index] ?? { accepted: false };
    const here = await read(body);
    const same =
      accepted === here.accepted &&
      (!accepted || here.value === undefined || body.length > COMPARED_BYTES || sameJson(value ?? {}, here.value));
    if (!same) differences.push(`${body.subarray(0, 100).toString('latin1')}: Go: ${reason ?? JSON.stringify(value)}`);
  }
  expect(differences).toEqual([]);
});

/** Go writes the keys of a map in order. */
function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
