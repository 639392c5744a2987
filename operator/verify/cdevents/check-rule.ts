/** Holds a JSON value against a rule, and says where it breaks it; never with a word of the value itself. */
import { isJsonObject } from '../is-json-object.ts';
import { isDateTime } from './is-date-time.ts';
import { isUri, isUriReference } from './is-uri.ts';
import type { ObjectRule, Rule, TextRule } from './rule.ts';

const FORMATS: Readonly<Record<TextRule, readonly [(text: string) => boolean, string]>> = {
  string: [() => true, 'is not a string'],
  text: [(text) => text !== '', 'is empty'],
  uri: [isUri, 'is not a URI'],
  'uri-reference': [(text) => text !== '' && isUriReference(text), 'is not a URI reference'],
  'date-time': [isDateTime, 'is not an RFC 3339 timestamp'],
};

export interface CheckOptions {
  /** Fields that a rule does not know are let through. */
  readonly unknownFields: 'refused' | 'ignored';
}

/** What is wrong, as `path what`, or undefined when the value keeps the rule. */
export function violation(value: unknown, rule: Rule, path: string, options: CheckOptions): string | undefined {
  if (typeof rule === 'string') return textViolation(value, rule, path);
  if ('enum' in rule) return rule.enum.some((one) => one === value) ? undefined : `${path} is not one of its values`;
  if ('pattern' in rule) return matches(value, rule.pattern) ? undefined : `${path} has not the form that it must have`;
  if ('anyOf' in rule) return alternativeViolation(value, rule.anyOf, path, options);
  if ('listOf' in rule) return listViolation(value, rule.listOf, path, options);
  return objectViolation(value, rule, path, options);
}

function textViolation(value: unknown, rule: TextRule, path: string): string | undefined {
  if (typeof value !== 'string') return `${path} is not a string`;
  const [holds, otherwise] = FORMATS[rule];
  return holds(value) ? undefined : `${path} ${otherwise}`;
}

function matches(value: unknown, pattern: string): boolean {
  return typeof value === 'string' && new RegExp(pattern, 'u').test(value);
}

function alternativeViolation(value: unknown, rules: readonly Rule[], path: string, options: CheckOptions) {
  const fits = rules.some((rule) => violation(value, rule, path, options) === undefined);
  return fits ? undefined : `${path} is none of what it may be`;
}

function listViolation(value: unknown, rule: Rule, path: string, options: CheckOptions): string | undefined {
  if (!Array.isArray(value)) return `${path} is not a list`;
  for (const [index, item] of value.entries()) {
    const found = violation(item, rule, `${path}[${index}]`, options);
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectViolation(value: unknown, rule: ObjectRule, path: string, options: CheckOptions): string | undefined {
  if (!isJsonObject(value)) return `${path} is not an object`;
  const { required = {}, optional = {}, open } = rule;
  for (const [field, fieldRule] of Object.entries(required)) {
    if (!Object.hasOwn(value, field)) return `${path}.${field} is missing`;
    const found = violation(value[field], fieldRule, `${path}.${field}`, options);
    if (found !== undefined) return found;
  }
  for (const [field, fieldRule] of Object.entries(optional)) {
    const found = Object.hasOwn(value, field) && violation(value[field], fieldRule, `${path}.${field}`, options);
    if (typeof found === 'string') return found;
  }
  if (open === true || options.unknownFields === 'ignored') return undefined;
  const known = (field: string) => Object.hasOwn(required, field) || Object.hasOwn(optional, field);
  return Object.keys(value).every(known) ? undefined : `${path} has a field that its schema does not know`;
}
