/** Replaces in a JSON value what may be secret, before anything of it is kept (contract of deliveries, *Bodies*). */

export const REDACTED = '[redacted]';

export interface Redacted {
  readonly value: unknown;
  /** Whether anything was replaced. */
  readonly redacted: boolean;
}

interface State {
  /** The values of the object's Secret. */
  readonly secrets: readonly string[];
  redacted: boolean;
}

const SECRET_KEY = /token|secret|password|passwd|authorization|credential|private|key$/i;
const VARIABLES = 'variables';
const URLS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi;
/** Scheme, user information, host, path, query, fragment. */
const URL_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#]*)@)?([^?#]*)(\?[^#]*)?(#.*)?$/i;
/** Base64 of something that may be a JSON object or list: how Pub/Sub, Kinesis and API gateways hand on a payload. */
const BASE64 = /^(?=e|W)[A-Za-z0-9+/_-]{8,}={0,2}$/;
/** What is nested more deeply is nobody's payload, and is replaced as a whole. */
const MAX_DEPTH = 200;

/** @param secrets the values of the Secret of the object that the body came for; empty ones count for nothing. */
export function redact(value: unknown, secrets: readonly string[]): Redacted {
  const state: State = { secrets: secrets.flatMap(withoutSpace), redacted: false };
  return { value: redactValue(state, value, false, 0), redacted: state.redacted };
}

/** A Secret often ends in a line break, which its value elsewhere has not. */
function withoutSpace(secret: string): string[] {
  const trimmed = secret.trim();
  return trimmed === '' ? [] : [trimmed];
}

/** @param inVariables below a list `variables`, where each `value` is replaced. */
function redactValue(state: State, value: unknown, inVariables: boolean, depth: number): unknown {
  if (typeof value === 'string') return redactText(state, value, inVariables, depth);
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

function redactText(state: State, text: string, inVariables: boolean, depth: number): string {
  const nested = depth < MAX_DEPTH ? redactNested(state, text, inVariables, depth) : undefined;
  return nested ?? redactPlain(state, text);
}

function redactPlain(state: State, text: string): string {
  if (state.secrets.some((secret) => text.includes(secret))) return replaced(state);
  return text.includes('://') ? text.replace(URLS, (url) => redactUrl(state, url)) : text;
}

function redactUrl(state: State, url: string): string {
  const [, scheme = '', user, rest = '', query, fragment = ''] = URL_PARTS.exec(url) ?? [];
  if (user === undefined && query === undefined) return url;
  replaced(state);
  const shownUser = user === undefined ? '' : `${REDACTED}@`;
  return `${scheme}${shownUser}${rest}${query === undefined ? '' : `?${REDACTED}`}${fragment}`;
}

/** JSON inside a string, as it is or in base64, written anew; undefined: there is none, or nothing to replace in it. */
function redactNested(state: State, text: string, inVariables: boolean, depth: number): string | undefined {
  const isBase64 = BASE64.test(text);
  const value = parsed(isBase64 ? Buffer.from(text, 'base64').toString() : text);
  if (value === undefined) return undefined;
  const inner: State = { secrets: state.secrets, redacted: false };
  const json = JSON.stringify(redactValue(inner, value, inVariables, depth + 1));
  if (!inner.redacted) return undefined;
  state.redacted = true;
  return isBase64 ? Buffer.from(json).toString('base64') : json;
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
