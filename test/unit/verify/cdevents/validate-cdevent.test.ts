import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTEXT, EVENTS } from '../../../../operator/verify/cdevents/cdevents-v04.ts';
import { validateCdEvent } from '../../../../operator/verify/cdevents/validate-cdevent.ts';
import { EVENTS_BY_HAND } from './events.ts';
import { eventOf, requiredPaths } from './sample-of.ts';

const NAMES = Object.keys(EVENTS);
const PACKAGED = EVENTS_BY_HAND['an artifact was packaged, with its bill of materials'] as object;
const CUSTOM = EVENTS_BY_HAND['something that only one tool knows'] as object;

interface Event {
  readonly context: unknown;
  readonly subject: unknown;
}

/** The event with one field set to a value, or taken away (undefined). */
function changed(event: object, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(event);
  let object = copy as Record<string, unknown>;
  for (const field of path.slice(0, -1)) object = object[field] as Record<string, unknown>;
  const last = path.at(-1) as string;
  if (value === undefined) delete object[last];
  else object[last] = value;
  return copy;
}

const packaged = (path: string, value: unknown) => changed(PACKAGED, path.split('.'), value);
const custom = (path: string, value: unknown) => changed(CUSTOM, path.split('.'), value);
const ofType = (type: string) => packaged('context.type', type);

function verdict(body: unknown): string {
  try {
    validateCdEvent(body);
    return 'accepted';
  } catch (error) {
    expect(error).toMatchObject({ name: 'RequestError', code: 'PayloadInvalid' });
    return (error as Error).message;
  }
}

describe('accepted', () => {
  it('knows all 45 types of v0.4', () => {
    expect(NAMES).toHaveLength(45);
  });

  it.each(Object.entries(EVENTS_BY_HAND))('%s', (_what, event) => {
    expect(verdict(event)).toBe('accepted');
  });

  it.each(NAMES)('%s, with what it must have and with all that it may', (name) => {
    expect(verdict(eventOf(name, 'least'))).toBe('accepted');
    expect(verdict(eventOf(name, 'all'))).toBe('accepted');
  });

  it.each([
    ['an older minor version', ofType('dev.cdevents.artifact.packaged.0.1.1')],
    ['a newer patch', ofType('dev.cdevents.artifact.packaged.0.2.9')],
    ['a newer minor version', ofType('dev.cdevents.artifact.packaged.0.10.0')],
    ['a draft', ofType('dev.cdevents.artifact.packaged.0.2.0-draft')],
    [
      'fields that a newer minor version added',
      changed(
        packaged('subject.content.added', { any: 1 }) as object,
        ['context', 'type'],
        'dev.cdevents.artifact.packaged.0.3.0',
      ),
    ],
    ['any version of the specification', packaged('context.version', 'draft')],
    ['a schema of its own that nobody here knows', packaged('context.schemaUri', 'https://example.com/schema')],
    ['a major version of a tool’s own event', custom('context.type', 'dev.cdeventsx.my2-Thing.Done.9.0.1')],
    ['a tool’s own event about another subject', custom('subject.type', 'other-thing')],
    ['a tool’s own event without content', custom('subject.content', {})],
  ])('%s', (_what, event) => {
    expect(verdict(event)).toBe('accepted');
  });
});

describe('accepted as Flux reads it', () => {
  it.each(NAMES)('%s with fields that its schema does not know', (name) => {
    const event = eventOf(name, 'all');
    for (const path of [['x'], ['context', 'x'], ['subject', 'x'], ['subject', 'content', 'x']]) {
      expect([path, verdict(changed(event, path, 1))]).toContain('accepted');
    }
  });

  it.each(NAMES)('%s with its optional fields null or empty', (name) => {
    const event = eventOf(name, 'all');
    const optional = Object.keys(EVENTS[name]?.content.optional ?? {}).map((field) => ['subject', 'content', field]);
    const content = event.subject as { content: Record<string, unknown> };
    for (const path of [
      ['subject', 'source'],
      ['context', 'links'],
      ['context', 'chainId'],
      ['customData'],
      ...optional,
    ]) {
      expect([path, verdict(changed(event, path, null))]).toContain('accepted');
    }
    for (const path of optional.filter(([, , field]) => typeof content.content[field ?? ''] === 'string')) {
      expect([path, verdict(changed(event, path, ''))]).toContain('accepted');
    }
  });

  it.each([
    ['an absent timestamp', packaged('context.timestamp', undefined)],
    ['a timestamp that is null', packaged('context.timestamp', null)],
    ['absent content', changed(eventOf('change.merged', 'least'), ['subject', 'content'], undefined)],
    ['content that is null', changed(eventOf('change.merged', 'least'), ['subject', 'content'], null)],
    ['an empty required string', changed(eventOf('pipelinerun.started', 'all'), ['subject', 'content', 'url'], '')],
    ['null for what may be absent', packaged('subject.content.sbom', null)],
    ['a change with something more', packaged('subject.content.change.x', 1)],
    ['a tool’s own event with something more', custom('x', 1)],
    ['an empty chain', packaged('context.chainId', '')],
    ['a relative schema', packaged('context.schemaUri', '/schema')],
    ['a relative bill of materials', packaged('subject.content.sbom.uri', 'sbom.json')],
    ['the version of v0.5 beside its own', packaged('context.specversion', '0.5.0')],
    [
      'null in a list of strings',
      changed(eventOf('ticket.updated', 'all'), ['subject', 'content', 'labels'], ['a', null]),
    ],
    ['names in another case', { Context: (PACKAGED as Event).context, SUBJECT: (PACKAGED as Event).subject }],
    ['names with the long s', { context: (PACKAGED as Event).context, ſubject: (PACKAGED as Event).subject }],
    ['null after the same name in another case', { ...PACKAGED, Subject: null }],
    ['a huge number that nobody reads', JSON.parse(JSON.stringify(PACKAGED).replace('{', '{"x":1e400,'))],
  ])('%s', (_what, event) => {
    expect(verdict(event)).toBe('accepted');
  });
});

describe('refused', () => {
  it.each(NAMES)('%s without one of the fields that it must have', (name) => {
    const event = eventOf(name, 'all');
    const content = EVENTS[name]?.content ?? {};
    const paths = [
      ['context'],
      ...requiredPaths(CONTEXT, ['context']),
      ...[['subject'], ['subject', 'id'], ['subject', 'type']],
      ...requiredPaths(content, ['subject', 'content']),
    ];
    for (const path of paths) {
      expect([path, verdict(changed(event, path, undefined))]).not.toContain('accepted');
      expect([path, verdict(changed(event, path, null))]).not.toContain('accepted');
    }
    for (const path of [...paths, ['subject', 'content'], ['context', 'timestamp']]) {
      expect([path, verdict(changed(event, path, 7))]).not.toContain('accepted');
    }
  });

  it.each([
    ['another major version', ofType('dev.cdevents.artifact.packaged.1.0.0'), 'context.type has a version'],
    ['no version', ofType('dev.cdevents.artifact.packaged'), 'context.type is not a type'],
    ['an empty version', ofType('dev.cdevents.artifact.packaged.'), 'context.type has a version'],
    ['half a version', ofType('dev.cdevents.artifact.packaged.0.2'), 'context.type has a version'],
    ['a version with leading zeros', ofType('dev.cdevents.artifact.packaged.00.2.0'), 'context.type has a version'],
    ['a version that is none', ofType('dev.cdevents.artifact.packaged.latest'), 'context.type has a version'],
    ['a type that nobody knows', ofType('dev.cdevents.artifact.invented.0.1.0'), 'context.type is not a type'],
    ['a type in capitals', ofType('dev.cdevents.Artifact.Packaged.0.2.0'), 'context.type is not a type'],
    ['a type from elsewhere', ofType('com.example.artifact.packaged.0.2.0'), 'context.type is not a type'],
    ['a name that objects inherit', ofType('dev.cdevents.constructor.name.0.1.0'), 'context.type is not a type'],
    ['a type that is a list', packaged('context.type', ['dev.cdevents.artifact.packaged.0.2.0']), 'context.type'],
    ['the subject of another event', packaged('subject.type', 'build'), 'subject.type is not one of'],
    ['a subject’s type in capitals', packaged('subject.type', 'Artifact'), 'subject.type is not one of'],
    [
      'a word that an enumeration lacks',
      changed(eventOf('testcaserun.finished', 'all'), ['subject', 'content', 'outcome'], 'passed'),
      'content.outcome is not one of',
    ],
    ['an empty id', packaged('context.id', ''), 'context.id is empty'],
    ['an empty version of the specification', packaged('context.version', ''), 'context.version is empty'],
    ['an empty source', packaged('context.source', ''), 'context.source is not a URI reference'],
    ['a source that is no reference', packaged('context.source', '%zz'), 'context.source is not a URI reference'],
    ['a day without a time', packaged('context.timestamp', '2024-05-06'), 'context.timestamp is not'],
    ['a day that does not exist', packaged('context.timestamp', '2024-02-30T00:00:00Z'), 'context.timestamp is not'],
    ['a time without an offset', packaged('context.timestamp', '2024-05-06T07:08:09'), 'context.timestamp is not'],
    ['an empty timestamp', packaged('context.timestamp', ''), 'context.timestamp is not'],
    ['a tool’s own event whose content is null', custom('subject.content', null), 'subject.content is missing'],
    ['a version of v0.5 that is no string', packaged('context.specversion', 5), 'specversion is not a string'],
    ['custom data with a number too large', packaged('customData', { a: [Number.POSITIVE_INFINITY] }), 'customData'],
    [
      'a tag with a number too large',
      packaged('context.links', [{ linkType: 'END', tags: { a: Number.POSITIVE_INFINITY } }]),
      'links[0]',
    ],
    ['seconds since 1970', packaged('context.timestamp', 1714979289), 'context.timestamp is not a string'],
    ['a change without an id', packaged('subject.content.change', { source: 'a' }), 'content.change.id is missing'],
    ['a list for an object', packaged('subject.content', []), 'subject.content is not an object'],
    ['custom data that is a number', packaged('customData', 1), 'customData is none of'],
    ['custom data that is a list', packaged('customData', []), 'customData is none of'],
    ['links that are no list', packaged('context.links', {}), 'context.links is not a list'],
    ['a link of no kind', packaged('context.links', [{}]), 'context.links[0] is none of'],
    ['a link to nowhere', packaged('context.links', [{ linkType: 'END' }, { linkType: 'PATH' }]), 'context.links[1]'],
    ['a link that is null', packaged('context.links', [null]), 'context.links[0]'],
    ['a link without its type', packaged('context.links', [{ from: { contextId: 'a' } }]), 'context.links[0]'],
    [
      'labels that are not all strings',
      changed(eventOf('ticket.updated', 'all'), ['subject', 'content', 'labels'], ['a', 1]),
      'labels[1] is not a string',
    ],
    [
      'a tool’s own event without a tool',
      custom('context.type', 'dev.cdeventsx.issue.closed.0.1.0'),
      'context.type has not',
    ],
    [
      'a tool’s own event with half a version',
      custom('context.type', 'dev.cdeventsx.a-b.c.0.1'),
      'context.type has not',
    ],
    [
      'a tool’s own event with more behind its version',
      custom('context.type', 'dev.cdeventsx.a-b.c.0.1.0\n'),
      'context.type has not',
    ],
    ['a tool’s own event with a subject of no tool', custom('subject.type', 'issue'), 'subject.type has not'],
    ['a tool’s own event whose content is a list', custom('subject.content', []), 'subject.content is not an object'],
    ['nothing', undefined, 'context.type'],
    ['null', null, 'context.type'],
    ['a list of events', [PACKAGED], 'context.type'],
    ['an event in a string', JSON.stringify(PACKAGED), 'context.type'],
    ['a context that is inherited', Object.create(PACKAGED), 'context.type'],
  ])('%s', (_what, event, reason) => {
    expect(verdict(event)).toContain(reason);
  });

  it('what only a prototype has', () => {
    const text = JSON.stringify(PACKAGED).replace('"id":', '"__proto__":{"id":"a"},"x":');
    expect(verdict(JSON.parse(text))).toBe('body.context.id is missing');
  });

  it('says nothing of what the body holds', () => {
    for (const path of ['context.id', 'context.source', 'context.timestamp', 'subject.type', 'subject.s3cr3t']) {
      expect(verdict(packaged(path, ['s3cr3t']))).not.toContain('s3cr3t');
    }
    expect(verdict(ofType('dev.cdevents.s3cr3t.done.0.1.0'))).not.toContain('s3cr3t');
  });
});

it('no JSON makes it fail in another way', () => {
  const part = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(EVENTS_BY_HAND)));
  const path = fc.constantFrom('context', 'context.type', 'context.links', 'subject', 'subject.content', 'customData');
  fc.assert(
    fc.property(part, path, fc.constantFrom(...NAMES), (value, at, name) => {
      verdict(value);
      verdict(changed(eventOf(name, 'all'), at.split('.'), value ?? null));
    }),
  );
});
