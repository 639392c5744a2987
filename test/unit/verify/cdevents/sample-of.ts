// Makes values that keep a rule of CDEvents' table, so that every type of event is tested, and finds what they need.
import { CONTEXT, EVENTS } from '../../../../operator/verify/cdevents/cdevents-v04.ts';
import type { ObjectRule, Rule } from '../../../../operator/verify/cdevents/rule.ts';

const TEXTS = {
  string: '',
  text: 'pkg:oci/app@sha256%3A0b31b1c0',
  'uri-reference': '/ci/runs',
  'date-time': '2024-05-06T07:08:09.5Z',
} as const;

type Extent = 'least' | 'all';

function sampleOf(rule: Rule, extent: Extent): unknown {
  if (typeof rule === 'string') return TEXTS[rule];
  if ('enum' in rule) return rule.enum.at(extent === 'all' ? -1 : 0);
  if ('listOf' in rule) return extent === 'all' ? [sampleOf(rule.listOf, extent)] : [];
  if ('anyOf' in rule) return sampleOf(rule.anyOf.at(-1) ?? 'string', extent);
  if ('pattern' in rule) throw new Error(`no sample of ${rule.pattern}`);
  const fields = { ...rule.required, ...(extent === 'all' ? rule.optional : {}) };
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, sampleOf(field, extent)]));
}

/** An event of that type with only what it must have, or with all that it may. */
export function eventOf(name: string, extent: Extent): Record<string, unknown> {
  const event = EVENTS[name];
  if (event === undefined) throw new Error(`no event ${name}`);
  const { version, subject, source = 'uri-reference', content } = event;
  return {
    context: { ...(sampleOf(CONTEXT, extent) as object), type: `dev.cdevents.${name}.${version}` },
    subject: {
      id: 'subject-1',
      type: subject,
      ...(extent === 'all' ? { source: sampleOf(source, extent) } : {}),
      content: sampleOf(content, extent),
    },
    ...(extent === 'all' ? { customData: { team: 'a' }, customDataContentType: 'application/json' } : {}),
  };
}

/** The paths of all fields that an object must have, as far as they always apply. A string that may be empty may lack. */
export function requiredPaths({ required = {} }: ObjectRule, at: readonly string[]): string[][] {
  return Object.entries(required).flatMap(([name, rule]) => {
    const path = [...at, name];
    const isObject = typeof rule === 'object' && ('required' in rule || 'optional' in rule);
    if (rule === 'string') return [];
    return [path, ...(isObject ? requiredPaths(rule as ObjectRule, path) : [])];
  });
}
