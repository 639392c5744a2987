// Events changed in every field, judged here and by the SDK that Flux uses.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../../control-plane/component.ts';
import { EVENTS } from '../../../operator/verify/cdevents/cdevents-v04.ts';
import { cdevents } from '../../../operator/webhooks/cdevents.ts';
import { askGo, findGoVerdicts } from '../../support/go-verdicts.ts';
import { tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { EVENTS_BY_HAND } from '../../unit/verify/cdevents/events.ts';
import { eventOf } from '../../unit/verify/cdevents/sample-of.ts';

type Json = Record<string, unknown>;

interface Case {
  /** The event, the field and what was done to it. */
  readonly name: string;
  readonly body: string;
}

/** What is put in a field's place. Undefined takes it away. */
const REPLACEMENTS: Readonly<Record<string, unknown>> = {
  'taken away': undefined,
  null: null,
  'an empty string': '',
  'a string': 'x',
  'a number': 7,
  'a boolean': true,
  'an object': {},
  'a list': [],
  'a list of null': [null],
  'a list of numbers': [1],
};

const URIS = [
  '/a',
  'a b',
  'urn:x:y',
  '%zz',
  ':a',
  'http://[::1',
  'http://a b/',
  '?q',
  '#%',
  'a\nb',
  'http://h:p/',
  'ü',
];

function pathsOf(value: unknown, at: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [[...at, key], ...pathsOf(item, [...at, key])]);
}

function objectPathsOf(event: object): string[][] {
  return [[], ...pathsOf(event).filter((path) => isObject(valueAt(event, path)))];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(event: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Json)[key], event);
}

function changed(event: object, path: readonly string[], change: (parent: Json, key: string) => void): string {
  const copy = structuredClone(event);
  change(valueAt(copy, path.slice(0, -1)) as Json, path.at(-1) ?? '');
  return JSON.stringify(copy);
}

function replaced(event: object, path: readonly string[], value: unknown): string {
  return changed(event, path, (parent, key) => {
    if (value === undefined && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (value === undefined) delete parent[key];
    else parent[key] = value;
  });
}

function casesOf(title: string, event: object): Case[] {
  const paths = pathsOf(event);
  const cases = paths.flatMap((path) =>
    Object.entries(REPLACEMENTS).map(([what, value]) => ({
      name: `${title}: ${path.join('.')} is ${what}`,
      body: replaced(event, path, value),
    })),
  );
  const unknown = objectPathsOf(event).flatMap((path) =>
    [1, null, { deep: [] }].map((value) => ({
      name: `${title}: an unknown field ${JSON.stringify(value)} in ${path.join('.')}`,
      body: replaced(event, [...path, 'vendorField'], value),
    })),
  );
  const otherCase = paths.map((path) => ({
    name: `${title}: ${path.join('.')} in capitals`,
    body: changed(event, path, (parent, key) => {
      if (Array.isArray(parent)) return;
      const value = parent[key];
      delete parent[key];
      parent[key.toUpperCase()] = value;
    }),
  }));
  const uris = paths
    .filter((path) => /^(source|uri|url|ticketURI|viewUrl|schemaUri)$/.test(path.at(-1) ?? ''))
    .flatMap((path) =>
      URIS.map((uri) => ({ name: `${title}: ${path.join('.')} is ${uri}`, body: replaced(event, path, uri) })),
    );
  return [{ name: title, body: JSON.stringify(event) }, ...cases, ...unknown, ...otherCase, ...uris];
}

const PURL = 'pkg:oci/web@sha256%3A0b31b1c0';
const TAGS = { cause: 'push' };
const LINKS = [
  { linkType: 'PATH', from: { contextId: 'event-1' }, tags: TAGS },
  { linkType: 'END', from: { contextId: 'event-2' }, tags: TAGS },
  { linkType: 'RELATION', linkKind: 'TRIGGER', target: { contextId: 'event-3' }, tags: TAGS },
];

/** An event of that type with all its fields: links apart, without a schema that the SDK would have to know. */
function fullEvent(name: string, context: Json = {}): Json {
  const event = eventOf(name, 'all');
  const { links: _, schemaUri: __, ...own } = event.context as Json;
  const subject = event.subject as Json;
  const content = subject.content as Json;
  const filled = 'artifactId' in content ? { ...content, artifactId: PURL } : content;
  return { ...event, context: { ...own, ...context }, subject: { ...subject, content: filled } };
}

const CUSTOM = EVENTS_BY_HAND['something that only one tool knows'] ?? {};
const EVENTS_TO_CHANGE: readonly (readonly [string, object])[] = [
  ...Object.keys(EVENTS).map((name) => [name, fullEvent(name)] as const),
  ['linked', fullEvent('change.merged', { links: LINKS })],
  ['custom', CUSTOM],
];

/** What Sluice takes on purpose and the SDK does not, by what the SDK says: fields that the schemas leave free. */
const TAKEN_ALL_THE_SAME: readonly RegExp[] = [
  /'ArtifactId' failed on the 'purl' tag/,
  /^Key: 'Test.* failed on the 'uri-reference' tag/,
  /^jsonschema .*\n- at '\/context\/links\/\d'.*\/(tags': got null|contextId': minLength: got 0)/s,
];

let go: Command | string;
beforeAll(async () => {
  go = await findGoVerdicts();
}, 600_000);

async function isAcceptedHere(body: string): Promise<boolean> {
  return (await verdictOf(cdevents, tokenSettings, webhookRequest({ body }))) === 'accepted';
}

it('reads CDEvents as the SDK that Flux uses', { timeout: 300_000 }, async (ctx) => {
  if (typeof go === 'string') return ctx.skip(go);
  const cases = EVENTS_TO_CHANGE.flatMap(([title, event]) => casesOf(title, event));
  const verdicts = await askGo(
    go,
    cases.map(({ body }) => ({ as: 'cdevents', body })),
  );
  expect(verdicts.filter(({ accepted }) => accepted).length).toBeGreaterThan(verdicts.length / 4);
  const differences: string[] = [];
  for (const [index, { name, body }] of cases.entries()) {
    const { accepted, reason = '' } = verdicts[index] ?? { accepted: false };
    if (accepted === (await isAcceptedHere(body))) continue;
    if (accepted) differences.push(`refused here: ${name}`);
    else if (!TAKEN_ALL_THE_SAME.some((one) => one.test(reason))) differences.push(`accepted here: ${name}: ${reason}`);
  }
  expect(differences).toEqual([]);
});

describe('takes what the SDK refuses', () => {
  const at = (event: object, path: string, value: unknown) => replaced(event, path.split('.'), value);
  it.each([
    ['an older minor version', fullEvent('change.merged', { type: 'dev.cdevents.change.merged.0.1.2' })],
    ['a newer minor version', fullEvent('change.merged', { type: 'dev.cdevents.change.merged.0.9.0' })],
    ['a schema of its own', fullEvent('change.merged', { schemaUri: '/schemas/change' })],
    ['an artifact that is no package URL', at(fullEvent('service.deployed'), 'subject.content.artifactId', 'web:1.2')],
    ['an incident of no artifact', at(fullEvent('incident.detected'), 'subject.content.artifactId', undefined)],
    ['any source of a test run', at(fullEvent('testcaserun.started'), 'subject.source', '%')],
    ['links without tags', fullEvent('change.merged', { links: [{ linkType: 'END' }] })],
    ['a tool in capitals', at(CUSTOM, 'context.type', 'dev.cdeventsx.GitLab-issue.closed.0.1.0')],
  ])('%s', async (_what, event) => {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    expect(await isAcceptedHere(body)).toBe(true);
    if (typeof go === 'string') return;
    expect(await askGo(go, [{ as: 'cdevents', body }])).toEqual([expect.objectContaining({ accepted: false })]);
  });
});
