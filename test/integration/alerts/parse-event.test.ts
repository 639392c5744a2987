// Events that JSON parsers and clocks disagree about, read here and by Go's decoder.
import { beforeAll, expect, it } from 'vitest';
import type { Command } from '../../../control-plane/component.ts';
import { eventJson } from '../../../operator/alerts/encode/event-json.ts';
import { parseEvent } from '../../../operator/alerts/events/parse-event.ts';
import { RequestError } from '../../../operator/api/errors.ts';
import { askGo, findGoVerdicts } from '../../support/go-verdicts.ts';

const VALUES = [
  ...['null', 'true', '0', '1', '1e400', '""', '"x"', '[]', '[null]', '["a"]', '{}', '{"a":"b"}', '{"a":null}'],
  ...[
    '{"a":1}',
    '{"a":{}}',
    '{"b":"2","a":"1","é":"3","\\ud83d\\ude00":"4","\\uffff":"5"}',
    '"\\ud800"',
    '"<&>\u2028"',
  ],
  ...['{"kind":1}', '{"kind":"K","KIND":"L","name":null}', '{"\u212aind":"kelvin"}', '"\\u0000\\b\\f\\u007f"'],
];
const FIELDS = [
  ...['involvedObject', 'INVOLVEDOBJECT', 'severity', '\u017feverity', 'timestamp', 'message', 'reason', 'metadata'],
  ...['reportingController', 'reportingInstance', 'other', '__proto__'],
];
const OBJECT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath', 'APIVERSION'];
const TIMES = [
  ...['', '2027-03-04', '2027-03-04T05:06:07', '2027-03-04T05:06:07Z', '2027-03-04t05:06:07z', '2027-03-04 05:06:07Z'],
  ...[
    '2027-03-04T05:06:07+02:00',
    '2027-03-04T05:06:07-00:30',
    '2027-03-04T05:06:07+23:59',
    '2027-03-04T05:06:07+0200',
  ],
  ...['2027-03-04T05:06:07.999999999Z', '2027-03-04T05:06:07,5Z', '2027-03-04T05:06:07.Z', '2027-03-04T5:06:07Z'],
  ...[
    '2027-02-29T00:00:00Z',
    '2028-02-29T00:00:00Z',
    '2027-04-31T00:00:00Z',
    '2027-13-01T00:00:00Z',
    '2027-00-01T00:00:00Z',
  ],
  ...[
    '2027-03-04T24:00:00Z',
    '2027-03-04T23:60:00Z',
    '2027-03-04T23:59:60Z',
    '2027-03-04T23:59:59Z',
    '2027-3-04T05:06:07Z',
  ],
  ...['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.5Z', '0001-01-01T01:00:00+01:00', '0000-01-01T00:00:00Z'],
  ...[
    '9999-12-31T23:59:59Z',
    '12027-03-04T05:06:07Z',
    '2027-03-04T05:06:07Zx',
    ' 2027-03-04T05:06:07Z',
    '2027-03-04T05:06Z',
  ],
  ...[
    '2027-03-04T05:06:07+24:00',
    '2027-03-04T05:06:07+25:00',
    '2027-03-04T05:06:07+00:60',
    '2027-03-04T05:06:07+00:61',
  ],
  ...['0001-01-01T00:00:00+01:00', '0000-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00'],
];

const BODIES = [
  ...['', ' ', 'null', '{}', '[]', '"x"', '1', 'true', '{}{}', '{} ', '{},', '\ufeff{}', '{"a"}', '[{}]', 'nul'],
  ...FIELDS.flatMap((field) => VALUES.map((value) => `{"${field}":${value}}`)),
  ...OBJECT_FIELDS.flatMap((field) => VALUES.map((value) => `{"involvedObject":{"${field}":${value}}}`)),
  ...TIMES.map((time) => JSON.stringify({ timestamp: time })),
  // Of two equal keys only the last is seen here; of two that differ in case both are.
  ...['message', 'timestamp'].map((field) => `{"${field}":"2027-03-04T05:06:07Z","${field.toUpperCase()}":null}`),
];

let go: Command | string;
beforeAll(async () => {
  go = await findGoVerdicts();
}, 600_000);

function readHere(body: string): string {
  try {
    return eventJson(parseEvent(Buffer.from(body)));
  } catch (error) {
    if (error instanceof RequestError) return 'refused';
    throw error;
  }
}

it('an event is read and written as Go reads and writes it', { timeout: 300_000 }, async (ctx) => {
  if (typeof go === 'string') return ctx.skip(go);
  const verdicts = await askGo(
    go,
    BODIES.map((body) => ({ as: 'event', body })),
  );
  const differences: string[] = [];
  for (const [index, body] of BODIES.entries()) {
    const { accepted = false, reason, value } = verdicts[index] ?? {};
    const here = readHere(body);
    const there = accepted ? JSON.stringify(value) : 'refused';
    const same = accepted && here !== 'refused' ? JSON.stringify(JSON.parse(here)) === there : here === there;
    if (!same) differences.push(`${body}: here ${here}, Go ${reason ?? there}`);
  }
  expect(differences).toEqual([]);
});
