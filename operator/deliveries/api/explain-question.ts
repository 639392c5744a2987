/** Reads what is asked of an explanation. */
import type { WebhookRequest } from '../../webhooks/webhook-type.ts';
import { requestOf } from '../explain/kept-request.ts';
import type { TriedFilters } from '../explain/tried-filters.ts';
import { Problem } from './problem.ts';

export type ExplainQuestion = { readonly filters: TriedFilters } & (
  | { readonly kind: 'delivery'; readonly id: string }
  | { readonly kind: 'request'; readonly request: WebhookRequest }
  | { readonly kind: 'what-if' }
);

type Fields = Readonly<Record<string, unknown>>;

const FIELDS: ReadonlySet<string> = new Set([
  'delivery',
  'payload',
  'headers',
  'resourceFilter',
  'resources',
  'whatIf',
]);
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,256}$/;

/**
 * @param entries how many `spec.resources` has.
 * @throws Problem with 400, which names the field.
 */
export function explainQuestion(body: unknown, entries: number): ExplainQuestion {
  if (!isObject(body)) throw new Problem('BodyInvalid', 'The body is a JSON object');
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw invalid(unknown.slice(0, 64), 'there is no such field');
  const filters = { resourceFilter: textOf(body, 'resourceFilter'), resources: resourcesOf(body, entries) };
  const { delivery, payload, whatIf = false } = body;
  if (typeof whatIf !== 'boolean') throw invalid('whatIf', 'it is true or false');
  if (delivery !== undefined && typeof delivery !== 'string') throw invalid('delivery', 'it is the id of a delivery');
  if (whatIf) {
    const other = ['payload', 'headers'].find((name) => body[name] !== undefined);
    if (other !== undefined) throw invalid(other, 'whatIf asks about kept bodies');
    return { kind: 'what-if', filters };
  }
  if ((delivery === undefined) === (payload === undefined)) {
    throw invalid('delivery', 'the body has either delivery or payload, or whatIf');
  }
  if (payload !== undefined) return { kind: 'request', request: sentRequest(payload, body), filters };
  if (body.headers !== undefined) throw invalid('headers', 'they go with payload alone');
  return { kind: 'delivery', id: delivery ?? '', filters };
}

/** @param payload the bytes as text, or any JSON but a text. */
function sentRequest(payload: unknown, { headers = {} }: Fields): WebhookRequest {
  if (!isObject(headers)) throw invalid('headers', 'it is an object of texts');
  const all: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !HEADER_NAME.test(name)) throw invalid('headers', 'it is an object of texts');
    all[name.toLowerCase()] = value;
  }
  return requestOf(Buffer.from(typeof payload === 'string' ? payload : jsonOf(payload)), all);
}

function jsonOf(payload: unknown): string {
  try {
    return JSON.stringify(payload);
  } catch {
    throw invalid('payload', 'it is nested too deeply; it may be sent as a text');
  }
}

function resourcesOf(body: Fields, entries: number): TriedFilters['resources'] {
  const { resources } = body;
  if (resources === undefined) return undefined;
  if (!Array.isArray(resources) || resources.length > entries) {
    throw invalid('resources', `it is a list of as many as spec.resources has at most, which is ${entries}`);
  }
  return resources.map((entry: unknown, index) => {
    if (!isObject(entry)) throw invalid(`resources[${index}]`, 'it is an object');
    return { filter: textOf(entry, 'filter', `resources[${index}].`) };
  });
}

function textOf(fields: Fields, name: string, prefix = ''): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`${prefix}${name}`, 'it is a text');
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(parameter: string, why: string): Problem {
  return new Problem('ParameterInvalid', `The field ${parameter} cannot be used: ${why}`, { parameter });
}
