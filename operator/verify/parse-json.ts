/**
 * JSON as Go's encoding/json takes it where it matters: bytes that are not UTF-8 become U+FFFD, the last of two equal
 * keys wins, and nesting has an end. `__proto__` is a key like any other (JSON.parse makes own properties of all).
 */
import { RequestError } from '../api/errors.ts';

/** The depth at which Go's decoder gives up; also what keeps a walk over the value from running out of stack. */
const MAX_DEPTH = 10_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

type Parsed = { readonly value: unknown } | { readonly error: RequestError };

/** A body is parsed once, however many ask: its verifier, then its filters. */
const known = new WeakMap<Buffer, Parsed>();

/** @throws RequestError PayloadInvalid */
export function parseJson(body: Buffer): unknown {
  let parsed = known.get(body);
  if (parsed === undefined) {
    parsed = parse(body);
    known.set(body, parsed);
  }
  if ('error' in parsed) throw parsed.error;
  return parsed.value;
}

function parse(body: Buffer): Parsed {
  if (isTooDeep(body)) return { error: new RequestError('PayloadInvalid', 'the JSON is nested too deeply') };
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch {
    // The engine's message quotes the body.
    return { error: new RequestError('PayloadInvalid', 'not valid JSON') };
  }
}

function isTooDeep(body: Buffer): boolean {
  if (body.length <= MAX_DEPTH) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth > MAX_DEPTH) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
  return false;
}
