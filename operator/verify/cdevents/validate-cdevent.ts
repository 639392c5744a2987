/**
 * Whether a body is a CDEvent by the published schemas of its version 0.4. Within a major version of an event's type
 * fields are only added, so an event of any other minor version is held against the schema known here.
 */
import { RequestError } from '../../api/errors.ts';
import { isJsonObject } from '../is-json-object.ts';
import { CONTEXT, CUSTOM_EVENT, ENVELOPE, EVENTS } from './cdevents-v04.ts';
import { type CheckOptions, violation } from './check-rule.ts';
import type { EventRule, ObjectRule } from './rule.ts';

const TYPE = /^dev\.cdevents\.([a-z]+\.[a-z]+)\.(.*)$/s;
const CUSTOM_TYPE = /^dev\.cdeventsx\./;
// Semantic Versioning 2.0.0; what follows a plus sign or a hyphen is not looked into.
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:[-+][\w.+-]+)?$/;

const EXACT: CheckOptions = { unknownFields: 'refused' };
const NEWER: CheckOptions = { unknownFields: 'ignored' };

const rules: ReadonlyMap<string, ObjectRule> = new Map(
  Object.entries(EVENTS).map(([name, event]) => [name, wholeRule(event)]),
);

/**
 * `body` is what JSON.parse gave.
 * @throws RequestError PayloadInvalid, whose message names the field and holds nothing else of the body.
 */
export function validateCdEvent(body: unknown): void {
  const type = typeOf(body);
  const found = CUSTOM_TYPE.test(type) ? violation(body, CUSTOM_EVENT, 'body', EXACT) : eventViolation(body, type);
  if (found !== undefined) throw new RequestError('PayloadInvalid', found);
}

function typeOf(body: unknown): string {
  const context = isJsonObject(body) && Object.hasOwn(body, 'context') ? body.context : undefined;
  const type = isJsonObject(context) && Object.hasOwn(context, 'type') ? context.type : undefined;
  return typeof type === 'string' ? type : '';
}

function eventViolation(body: unknown, type: string): string | undefined {
  const [, name = '', version = ''] = TYPE.exec(type) ?? [];
  const rule = rules.get(name);
  const known = EVENTS[name]?.version;
  if (rule === undefined || known === undefined) return 'body.context.type is not a type of CDEvents v0.4';
  const [given, own] = [versionOf(version), versionOf(known)];
  if (given === undefined || given.major !== own?.major)
    return 'body.context.type has a version that is not compatible';
  return violation(body, rule, 'body', given.minor > own.minor ? NEWER : EXACT);
}

function versionOf(text: string): { major: number; minor: number } | undefined {
  const found = VERSION.exec(text);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

function wholeRule({ subject, source = 'uri-reference', content }: EventRule): ObjectRule {
  return {
    required: {
      // The type was looked at before.
      context: { ...CONTEXT, required: { ...CONTEXT.required, type: 'string' } },
      subject: { required: { id: 'text', type: { enum: [subject] }, content }, optional: { source } },
    },
    ...ENVELOPE,
  };
}
