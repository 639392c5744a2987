/**
 * Writes operator/verify/cdevents/cdevents-v04.ts from the published JSON schemas of CDEvents v0.4.1, which the Go module
 * of CDEvents' SDK carries. Run by hand (the schemas of a version never change); needs Go, and the module proxy once.
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRule, ObjectRule, Rule, TextRule } from '../operator/verify/cdevents/rule.ts';

const MODULE = 'github.com/cdevents/sdk-go@v0.5.0';
const BASE = 'https://cdevents.dev/0.4.1/schema/';
const ROOT = join(import.meta.dirname, '..');
const TABLE = join(ROOT, 'operator', 'verify', 'cdevents', 'cdevents-v04.ts');

interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
}

type Schemas = ReadonlyMap<string, Schema>;

/** Keywords that say nothing about a value, or nothing that the rest does not. */
const SILENT = new Set(['$schema', '$id', 'default', 'description', 'example', 'contentEncoding', 'type']);

async function readSchemas(): Promise<Schemas> {
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', MODULE], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${MODULE} cannot be downloaded: ${stderr}${stdout}`);
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  const source = await readFile(join(Dir, 'pkg', 'api', 'schemas.go'), 'utf8');
  const found = source.matchAll(/"(https:[^"]+)": `([^`]*)`/g);
  return new Map(Array.from(found, ([, id = '', text = '']) => [id, JSON.parse(text) as Schema]));
}

function only(schema: Schema, ...keywords: string[]): void {
  const other = Object.keys(schema).filter((keyword) => !SILENT.has(keyword) && !keywords.includes(keyword));
  if (other.length > 0) throw new Error(`keywords that are not understood: ${other.join(', ')}`);
}

/** The rule that says the same; `base` is what a reference in it is relative to. */
function ruleOf(schema: Schema, schemas: Schemas, base: string, field = ''): Rule {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (typeof schema.$ref === 'string') {
    only(schema, '$ref');
    const id = new URL(schema.$ref, base).href;
    return ruleOf(schemas.get(id) ?? raise(`no schema ${id}`), schemas, id);
  }
  if (alternatives !== undefined) {
    only(schema, 'anyOf', 'oneOf');
    const rules = alternatives.map((one) => ruleOf(one, schemas, base));
    // A list of suggestions beside any string is any string.
    return rules.find((rule) => rule === 'string' || rule === 'text') ?? { anyOf: rules };
  }
  if (schema.type === 'array') {
    only(schema, 'items');
    return { listOf: ruleOf(schema.items ?? {}, schemas, base) };
  }
  return schema.type === 'object' ? objectRule(schema, schemas, base) : textRule(schema, field);
}

function raise(message: string): never {
  throw new Error(message);
}

function objectRule(schema: Schema, schemas: Schemas, base: string): ObjectRule {
  only(schema, 'properties', 'required', 'additionalProperties');
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => [name, ruleOf(field, schemas, base, name)] as const,
  );
  const must = new Set(schema.required);
  const part = (required: boolean) => Object.fromEntries(fields.filter(([name]) => must.has(name) === required));
  const [required, optional] = [part(true), part(false)];
  return {
    ...(Object.keys(required).length === 0 ? {} : { required }),
    ...(Object.keys(optional).length === 0 ? {} : { optional }),
    ...(schema.additionalProperties === false ? {} : { open: true as const }),
  };
}

/** Of the formats of URIs the SDK checks that of a field `source` alone. */
function textRule(schema: Schema, field: string): Rule {
  if (schema.type !== 'string') return raise(`a type that is not understood: ${schema.type}`);
  only(schema, 'minLength', 'format', 'enum', 'pattern');
  if (schema.enum !== undefined) return { enum: schema.enum };
  if (typeof schema.pattern === 'string') return { pattern: schema.pattern };
  if (schema.format === 'date-time') return 'date-time';
  if (schema.format === 'uri-reference' && field === 'source') return 'uri-reference';
  return schema.minLength === undefined ? 'string' : 'text';
}

/** `customData` is an object or a string, which leaves one alternative when "any string" wins over the others. */
function envelopeOf(rule: ObjectRule): ObjectRule {
  const { customData: _, ...rest } = rule.optional ?? {};
  return { optional: { customData: { anyOf: ['string', { open: true }] }, ...rest } };
}

/** The SDK fills in an absent timestamp, and reads the `specversion` of v0.5 where it is there. */
function contextAsRead({ required: { timestamp, ...required } = {}, optional, ...rest }: ObjectRule): ObjectRule {
  if (timestamp === undefined) raise('a context without a timestamp');
  return { ...rest, required, optional: { timestamp, ...optional, specversion: 'string' } };
}

function eventOf(schema: Schema, schemas: Schemas, id: string): [string, EventRule] {
  const { context, subject } = schema.properties ?? {};
  const type = context?.properties?.type?.enum?.[0] ?? '';
  const [, name = '', version = ''] = /^dev\.cdevents\.([a-z]+\.[a-z]+)\.(.+)$/.exec(type) ?? [];
  const { content, source, type: subjectType } = subject?.properties ?? {};
  const sourceRule = ruleOf(source ?? {}, schemas, id, 'source');
  if (name === '' || subjectType?.enum?.length !== 1) raise(`${id} is not the schema of an event`);
  return [
    name,
    {
      version,
      subject: subjectType?.enum?.[0] ?? '',
      ...(sourceRule === 'uri-reference' ? {} : { source: sourceRule as TextRule }),
      content: ruleOf(content ?? {}, schemas, id) as ObjectRule,
    },
  ];
}

const SHARED = new Map<string, string>();

/** Writes a value as code, and what is named by its name. */
function code(value: unknown, named: ReadonlyMap<string, string> = SHARED): string {
  const name = named.get(JSON.stringify(value));
  if (name !== undefined) return name;
  if (Array.isArray(value)) return `[${value.map((item) => code(item)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${code(item)}`);
  return `{ ${fields.join(', ')} }`;
}

/** A constant for what occurs often, in later constants and in the table; the comment says what it is. */
function share(name: string, comment: string, value: unknown, type = 'Rule'): string {
  const text = `/** ${comment} */\nconst ${name}: ${type} = ${code(value)};`;
  SHARED.set(JSON.stringify(value), name);
  return text;
}

const schemas = await readSchemas();
const ids = [...schemas.keys()].filter((id) => id.startsWith(BASE) && id.endsWith('-event'));
const events = Object.fromEntries(ids.map((id) => eventOf(schemas.get(id) ?? {}, schemas, id)));
const sample = schemas.get(`${BASE}artifact-packaged-event`) ?? raise('no schema of a known event');
const envelope = objectRule(sample, schemas, `${BASE}artifact-packaged-event`);
const custom = objectRule(schemas.get(`${BASE}custom`) ?? raise('no schema of custom events'), schemas, BASE);
const wholeContext = envelope.required?.context as ObjectRule;
const readContext = contextAsRead(wholeContext);
const { type: _, ...context } = readContext.required ?? {};
const contentOf = (name: string) => events[name]?.content.optional ?? {};
const contextRule: ObjectRule = { ...readContext, required: context };

const shared = [
  share('REFERENCE', 'Another subject.', contentOf('branch.created').repository),
  share(
    'TEST_SUITE_RUN',
    'A run of a test suite, whose source may be any string.',
    contentOf('testcaserun.started').testSuiteRun,
  ),
  share('TEST_CASE', 'A test case.', contentOf('testcaserun.started').testCase),
  share('TRIGGER', 'What started a test.', contentOf('testcaserun.started').trigger),
  share('TEST_SUITE', 'A test suite.', contentOf('testsuiterun.started').testSuite),
  share('STRINGS', 'A list of strings.', { listOf: 'string' }),
  share('EVENT', 'Another event.', { required: { contextId: 'text' }, open: true }),
  share('LINKS', 'Links to other events.', wholeContext.optional?.links),
  share('CHANGED', 'What is known of a branch or a change.', events['branch.created']?.content, 'ObjectRule'),
  share('INCIDENT', 'What is known of an incident.', events['incident.detected']?.content, 'ObjectRule'),
  share(
    'DEPLOYMENT',
    'What is known of a service that was deployed.',
    events['service.deployed']?.content,
    'ObjectRule',
  ),
  share('SERVICE', 'What is known of a service.', events['service.published']?.content, 'ObjectRule'),
  share('REPOSITORY', 'What is known of a repository.', events['repository.deleted']?.content, 'ObjectRule'),
  share('ENVIRONMENT', 'What is known of an environment.', events['environment.created']?.content, 'ObjectRule'),
];

const ENVELOPE = envelopeOf(envelope);
await writeFile(
  TABLE,
  `/**
 * The event types of CDEvents v0.4.1. Generated by scripts/generate-cdevents.ts from the published JSON schemas
 * (https://github.com/cdevents/spec, Apache-2.0).
 */
import type { EventRule, ObjectRule, Rule } from './rule.ts';

${shared.join('\n\n')}

/** The \`context\` of every event, but for its \`type\`. */
export const CONTEXT: ObjectRule = ${code(contextRule)};

/** What every event may have beside \`context\` and \`subject\`. */
export const ENVELOPE: ObjectRule = ${code(ENVELOPE)};

/** A whole event of a type of one's own, \`dev.cdeventsx.<tool>-<subject>.<predicate>.<version>\`. */
export const CUSTOM_EVENT: ObjectRule = ${code({ required: { ...custom.required, context: contextAsRead(custom.required?.context as ObjectRule) }, ...ENVELOPE })};

/** By \`<subject>.<predicate>\`. */
export const EVENTS: Readonly<Record<string, EventRule>> = ${code(events)};
`,
);
const biome = join(ROOT, 'node_modules', '.bin', 'biome');
const formatted = spawnSync(biome, ['format', '--write', TABLE], { stdio: 'inherit' });
if (formatted.status !== 0) process.exit(1);
console.log(`${ids.length} types of events`);
