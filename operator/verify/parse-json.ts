/**
 * Parses JSON as Go's encoding/json does where a sender sees it: bytes that are not UTF-8 and lone surrogates become
 * U+FFFD, the last of two equal keys wins, and nesting has an end. `__proto__` is a key like any other (JSON.parse makes
 * own properties of all). Numbers are JSON.parse's: see `numbersFit`.
 */
import { RequestError } from '../api/errors.ts';
import { endOfJsonString } from './end-of-json-string.ts';

/** The depth at which Go's decoder gives up; also what keeps a walk over the value from running out of stack. */
const MAX_DEPTH = 10_000;

/** A pair of surrogates, a surrogate alone, any other escape. */
const ESCAPES = /(\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|(\\u[dD][89a-fA-F][\da-fA-F]{2})|\\./gs;

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LETTER_N = 0x6e;
const NULL_LENGTH = 4;

type Parsed = { readonly value: unknown; readonly alone: boolean } | { readonly error: RequestError };

/** A body is parsed once, however many ask: its verifier, then its filters. */
const known = new WeakMap<Buffer, Parsed>();

/**
 * The one value that the bytes are, with nothing but space around it, as Go's `Unmarshal` wants it.
 *
 * @throws RequestError PayloadInvalid
 */
export function parseJson(body: Buffer): unknown {
  return aloneIn(parsedOf(body));
}

/**
 * As `parseJson`, for the one who asks first and last: nothing is remembered.
 *
 * @throws RequestError PayloadInvalid
 */
export function parseJsonOnce(body: Buffer): unknown {
  const parsed = parse(body);
  if ('error' in parsed) throw parsed.error;
  return aloneIn(parsed);
}

function aloneIn({ value, alone }: Exclude<Parsed, { error: RequestError }>): unknown {
  if (!alone) throw new RequestError('PayloadInvalid', 'more than one JSON value');
  return value;
}

/**
 * The first value in the bytes, as Go's `Decoder` reads it: what follows is not read, be it another value, text
 * or a NUL.
 *
 * @throws RequestError PayloadInvalid
 */
export function parseFirstJson(body: Buffer): unknown {
  return parsedOf(body).value;
}

/**
 * As `parseFirstJson`, for the last one who asks: the value is not remembered, so that it lives as long as its reader
 * wants, and not as long as the body.
 *
 * @throws RequestError PayloadInvalid
 */
export function takeFirstJson(body: Buffer): unknown {
  const parsed = known.get(body) ?? parse(body);
  known.delete(body);
  if ('error' in parsed) throw parsed.error;
  return parsed.value;
}

function parsedOf(body: Buffer): Exclude<Parsed, { error: RequestError }> {
  let parsed = known.get(body);
  if (parsed === undefined) {
    parsed = parse(body);
    known.set(body, parsed);
  }
  if ('error' in parsed) throw parsed.error;
  return parsed;
}

function parse(body: Buffer): Parsed {
  // What is this short cannot be too deep, and is nearly always one value.
  if (body.length <= MAX_DEPTH) {
    try {
      return { value: parseText(body), alone: true };
    } catch {
      // There may be more behind a value.
    }
  }
  const end = endOfFirst(body);
  if (end === 'too deep') return { error: new RequestError('PayloadInvalid', 'the JSON is nested too deeply') };
  try {
    return { value: parseText(body.subarray(0, end)), alone: isSpace(body, end) };
  } catch {
    // The engine's message quotes the body.
    return { error: new RequestError('PayloadInvalid', 'not valid JSON') };
  }
}

function parseText(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  const mayHaveSurrogates = text.includes('\\ud') || text.includes('\\uD');
  return JSON.parse(mayHaveSurrogates ? withoutLoneSurrogates(text) : text);
}

/** Escapes occur in strings alone, so the text of the JSON can be changed as it is. */
function withoutLoneSurrogates(text: string): string {
  return text.replace(ESCAPES, (whole: string, _pair?: string, alone?: string) =>
    alone === undefined ? whole : '\\ufffd',
  );
}

/** Where the first value ends if it is an object, a list or null; else the end of the bytes. */
function endOfFirst(body: Buffer): number | 'too deep' {
  let depth = 0;
  for (let index = 0; index < body.length; index++) {
    switch (body[index]) {
      case QUOTE:
        index = endOfJsonString(body, index + 1);
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++depth > MAX_DEPTH) return 'too deep';
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        if (--depth <= 0) return index + 1;
        break;
      case LETTER_N:
        if (depth === 0) return index + NULL_LENGTH;
        break;
    }
  }
  return body.length;
}

function isSpace(body: Buffer, from: number): boolean {
  for (let index = from; index < body.length; index++) {
    const byte = body[index];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return true;
}
