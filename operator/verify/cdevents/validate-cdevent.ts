/**
 * Judges whether a body is a CDEvent v0.4, as the SDK that Flux uses reads it and by the published schemas. Within a
 * major version of an event's type fields are only added, so an event of any other minor version is held against the
 * schema known here.
 */
import { RequestError } from '../../api/errors.ts';
import { fieldOf } from '../field-of.ts';
import { CONTEXT, CUSTOM_EVENT, ENVELOPE, EVENTS } from './cdevents-v04.ts';
import { violation } from './check-rule.ts';
import type { EventRule, ObjectRule } from './rule.ts';

const TYPE = /^dev\.cdevents\.([a-z]+\.[a-z]+)\.(.*)$/s;
const CUSTOM_TYPE = /^dev\.cdeventsx\./;
// Semantic Versioning 2.0.0; what follows a plus sign or a hyphen is not checked.
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:[-+][\w.+-]+)?$/;

const rules: ReadonlyMap<string, ObjectRule> = new Map(
  Object.entries(EVENTS).map(([name, event]) => [name, wholeRule(event)]),
);

/**
 * `body` is what JSON.parse gave.
 * @throws RequestError PayloadInvalid, whose message names the field and holds nothing else of the body.
 */
export function validateCdEvent(body: unknown): void {
  const type = typeOf(body);
  const found = CUSTOM_TYPE.test(type) ? violation(body, CUSTOM_EVENT, 'body') : eventViolation(body, type);
  if (found !== undefined) throw new RequestError('PayloadInvalid', found);
}

function typeOf(body: unknown): string {
  const type = fieldOf(fieldOf(body, 'context'), 'type');
  return typeof type === 'string' ? type : '';
}

function eventViolation(body: unknown, type: string): string | undefined {
  const [, name = '', version = ''] = TYPE.exec(type) ?? [];
  const rule = rules.get(name);
  const known = EVENTS[name]?.version;
  if (rule === undefined || known === undefined) return 'body.context.type is not a type of CDEvents v0.4';
  const major = majorOf(version);
  if (major === undefined || major !== majorOf(known)) {
    return 'body.context.type has a version that is not compatible';
  }
  return violation(body, rule, 'body');
}

function majorOf(version: string): string | undefined {
  return VERSION.exec(version)?.[1];
}

function wholeRule({ subject, source = 'uri-reference', content }: EventRule): ObjectRule {
  return {
    required: {
      // The type is judged before.
      context: { ...CONTEXT, required: { ...CONTEXT.required, type: 'string' } },
      subject: {
        required: { id: 'text', type: { enum: [subject] }, content: { ...content, absentIsEmpty: true } },
        optional: { source },
      },
    },
    ...ENVELOPE,
  };
}
