/** Replaces in a JSON value what may be secret, before anything of it is kept (contract of deliveries, *Bodies*). */

export const REDACTED = '[redacted]';

export interface Redacted {
  readonly value: unknown;
  /** Whether anything was replaced. */
  readonly redacted: boolean;
}

interface State {
  /** What no string may contain: the values of the object's Secret, as they are and as JSON in a string has them. */
  readonly secrets: readonly string[];
  redacted: boolean;
}

const SECRET_KEY = /token|secret|password|passwd|authorization|credential|private|key$/i;
const VARIABLES = 'variables';
/** What a URL ends before, wherever it stands. */
const NO_SPACE = /[^\s"<>`]+/g;
const USER_INFO = /:\/\/[^/?#]*@/g;
const AUTHORITY = '://';
const PERCENT = /(?:%[0-9a-f]{2})+/gi;
const BASE64 = /^[A-Za-z0-9+/_-]{8,}={0,2}$/;
/** What is nested more deeply is nobody's payload, and is replaced as a whole. */
const MAX_DEPTH = 200;

/** @param secrets the values of the Secret of the object that the body came for; empty ones count for nothing. */
export function redact(value: unknown, secrets: readonly string[]): Redacted {
  const state: State = { secrets: secrets.flatMap(formsOf), redacted: false };
  return { value: redactValue(state, value, false, 0), redacted: state.redacted };
}

/** A Secret often ends in a line break, which its value elsewhere has not. */
function formsOf(secret: string): readonly string[] {
  const trimmed = secret.trim();
  if (trimmed === '') return [];
  const escaped = JSON.stringify(trimmed).slice(1, -1);
  return [...new Set([trimmed, escaped, escaped.replaceAll('/', '\\/')])];
}

/** @param inVariables below a list `variables`, where each `value` is replaced. */
function redactValue(state: State, value: unknown, inVariables: boolean, depth: number): unknown {
  if (typeof value === 'string') return redactText(state, value, inVariables, depth);
  if (typeof value === 'number') return state.secrets.includes(String(value)) ? replaced(state) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return replaced(state);
  if (Array.isArray(value)) return value.map((item) => redactValue(state, item, inVariables, depth + 1));
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => [
    redactPlain(state, key),
    redactField(state, key, field, inVariables, depth),
  ]);
  return Object.fromEntries(entries);
}

function redactField(state: State, key: string, field: unknown, inVariables: boolean, depth: number): unknown {
  const name = key.toLowerCase();
  if (SECRET_KEY.test(key) || (inVariables && name === 'value')) return replaced(state);
  const below = inVariables || (name === VARIABLES && Array.isArray(field));
  return redactValue(state, field, below, depth + 1);
}

function replaced(state: State): string {
  state.redacted = true;
  return REDACTED;
}

/** As it is or in base64: Pub/Sub, Kinesis and API gateways hand on a payload so. */
function redactText(state: State, text: string, inVariables: boolean, depth: number): string {
  const decoded = BASE64.test(text) ? Buffer.from(text, 'base64').toString() : undefined;
  if (decoded !== undefined && hasSecret(state, decoded)) return replaced(state);
  const nested = depth < MAX_DEPTH ? redactNested(state, decoded ?? text, inVariables, depth) : undefined;
  if (nested === undefined) return redactPlain(state, text);
  return decoded === undefined ? nested : Buffer.from(nested).toString('base64');
}

function redactPlain(state: State, text: string): string {
  if (hasSecret(state, text)) return replaced(state);
  return text.includes(AUTHORITY) ? text.replace(NO_SPACE, (part) => redactUrls(state, part)) : text;
}

function hasSecret({ secrets }: State, text: string): boolean {
  const isIn = (where: string): boolean => secrets.some((secret) => where.includes(secret));
  return isIn(text) || (text.includes('%') && isIn(text.replace(PERCENT, percentDecoded)));
}

function percentDecoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** What stands in front of the first URL, or behind one, stays; its query ends with it, or where a fragment begins. */
function redactUrls(state: State, part: string): string {
  if (!part.includes(AUTHORITY)) return part;
  const text = part.replace(USER_INFO, () => `${AUTHORITY}${replaced(state)}@`);
  let shown = '';
  let from = 0;
  for (;;) {
    const url = text.indexOf(AUTHORITY, from);
    const query = url === -1 ? -1 : text.indexOf('?', url) + 1;
    if (query <= 0) return shown + text.slice(from);
    const fragment = text.indexOf('#', query);
    const end = fragment === -1 ? text.length : fragment;
    shown += text.slice(from, query) + (end === query ? '' : replaced(state));
    from = end;
  }
}

/** JSON inside a string, written anew; undefined: there is none, or nothing to replace in it. */
function redactNested(state: State, text: string, inVariables: boolean, depth: number): string | undefined {
  const value = parsed(text);
  if (value === undefined) return undefined;
  const inner: State = { secrets: state.secrets, redacted: false };
  const json = JSON.stringify(redactValue(inner, value, inVariables, depth + 1));
  if (!inner.redacted) return undefined;
  state.redacted = true;
  return json;
}

/** Undefined: it is no JSON object or list. */
function parsed(text: string): unknown {
  const start = text.trimStart()[0];
  if (start !== '{' && start !== '[') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
