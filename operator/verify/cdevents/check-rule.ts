/**
 * Holds a JSON value against a rule as the SDK that Flux uses does: the value is read into a struct first, and what the
 * struct holds is judged. So names match without regard to case, unknown fields are ignored, null is absent, an empty
 * optional string is absent, and an absent required string is an empty one. A violation never quotes the value.
 */
import { foldName } from '../fold-name.ts';
import { isJsonObject } from '../is-json-object.ts';
import { numbersFit } from '../numbers-fit.ts';
import { isDateTime } from './is-date-time.ts';
import { isUriReference } from './is-uri-reference.ts';
import type { ObjectRule, Rule, TextRule } from './rule.ts';

const FORMATS: Readonly<Record<TextRule, readonly [(text: string) => boolean, string]>> = {
  string: [() => true, 'is not a string'],
  text: [(text) => text !== '', 'is empty'],
  'uri-reference': [(text) => text !== '' && isUriReference(text), 'is not a URI reference'],
  'date-time': [isDateTime, 'is not an RFC 3339 timestamp'],
};

/** What is wrong, as `path what`, or undefined when the value keeps the rule. */
export function violation(value: unknown, rule: Rule, path: string): string | undefined {
  if (typeof rule === 'string') return textViolation(value, rule, path);
  if ('enum' in rule) return rule.enum.some((one) => one === value) ? undefined : `${path} is not one of its values`;
  if ('pattern' in rule) return matches(value, rule.pattern) ? undefined : `${path} has not the form that it must have`;
  if ('anyOf' in rule) return alternativeViolation(value, rule.anyOf, path);
  if ('listOf' in rule) return listViolation(value, rule.listOf, path);
  return objectViolation(value, rule, path);
}

function textViolation(value: unknown, rule: TextRule, path: string): string | undefined {
  if (typeof value !== 'string') return `${path} is not a string`;
  const [holds, otherwise] = FORMATS[rule];
  return holds(value) ? undefined : `${path} ${otherwise}`;
}

function matches(value: unknown, pattern: string): boolean {
  return typeof value === 'string' && new RegExp(pattern, 'u').test(value);
}

function alternativeViolation(value: unknown, rules: readonly Rule[], path: string): string | undefined {
  const fits = rules.some((rule) => violation(value, rule, path) === undefined);
  return fits ? undefined : `${path} is none of what it may be`;
}

function listViolation(value: unknown, rule: Rule, path: string): string | undefined {
  if (!Array.isArray(value)) return `${path} is not a list`;
  for (const [index, item] of value.entries()) {
    const found = violation(item === null && isText(rule) ? '' : item, rule, `${path}[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectViolation(value: unknown, rule: ObjectRule, path: string): string | undefined {
  if (!isJsonObject(value)) return `${path} is not an object`;
  const { required, optional } = rule;
  if (required === undefined && optional === undefined) {
    return rule.open !== true || numbersFit(value) ? undefined : `${path} has a number that is too large`;
  }
  const given = fieldsOf(value, rule);
  return (
    firstViolation(given, required, path, requiredViolation) ?? firstViolation(given, optional, path, optionalViolation)
  );
}

function firstViolation(
  given: ReadonlyMap<string, unknown>,
  rules: Readonly<Record<string, Rule>> = {},
  path: string,
  violationOf: typeof requiredViolation,
): string | undefined {
  for (const [field, rule] of Object.entries(rules)) {
    const found = violationOf(given.get(field), rule, `${path}.${field}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function optionalViolation(value: unknown, rule: Rule, path: string): string | undefined {
  return value === undefined || (value === '' && isText(rule)) ? undefined : violation(value, rule, path);
}

function requiredViolation(value: unknown, rule: Rule, path: string): string | undefined {
  if (value !== undefined) return violation(value, rule, path);
  if (typeof rule === 'object' && 'absentIsEmpty' in rule) return violation({}, rule, path);
  return rule === 'string' ? undefined : `${path} is missing`;
}

/** A string whose empty value counts as absent where it is optional. An empty timestamp is an error. */
function isText(rule: Rule): boolean {
  return typeof rule === 'string' ? rule !== 'date-time' : 'enum' in rule || 'pattern' in rule;
}

/** The fields that the rule names, by the rule's spelling. Of fields that differ in case alone the last counts. */
function fieldsOf(value: Record<string, unknown>, rule: ObjectRule): Map<string, unknown> {
  const names = namesOf(rule);
  const given = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    const name = item === null ? undefined : names.get(foldName(key));
    if (name !== undefined) given.set(name, item);
  }
  return given;
}

const namesByRule = new WeakMap<ObjectRule, ReadonlyMap<string, string>>();

function namesOf(rule: ObjectRule): ReadonlyMap<string, string> {
  let names = namesByRule.get(rule);
  if (names === undefined) {
    const all = [...Object.keys(rule.required ?? {}), ...Object.keys(rule.optional ?? {})];
    names = new Map(all.map((name) => [foldName(name), name]));
    namesByRule.set(rule, names);
  }
  return names;
}
