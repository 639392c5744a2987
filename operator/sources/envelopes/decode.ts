/** Decodes the bytes of a layer: base64, gzip, then JSON in UTF-8, each within bounds. */
import { gunzipSync } from 'node:zlib';
import { decodeBase64 } from '../../verify/decode-base64.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { numbersFit } from '../../verify/numbers-fit.ts';
import { parseJson } from '../../verify/parse-json.ts';
import type { Attributes } from './envelope.ts';
import { isJsonDeeperThan } from './is-json-deeper-than.ts';
import { mayBeJsonContainer } from './may-be-json-container.ts';
import { PoisonError } from './poison-error.ts';

/** What a message may have once it is inflated. */
export const MAX_BYTES = 3 * 1024 * 1024;
const MAX_DEPTH = 64;
/** What inflating costs at least, so that a batch of tiny gzips does not take longer than its size lets expect. */
const MIN_INFLATE_COST_BYTES = 1024;

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** What inflating may still give, in bytes, over all that one message holds. */
export interface Budget {
  leftBytes: number;
}

export function createBudget(): Budget {
  return { leftBytes: MAX_BYTES };
}

/**
 * The JSON object or list that the bytes are; undefined where they are neither.
 *
 * @throws PoisonError where base64 or gzip is broken, a bound is left, or the JSON is deeper than 64.
 */
export function decode(bytes: Buffer, attributes: Attributes, budget: Budget): unknown {
  return parse(inflated(unencoded(bytes, attributes), attributes, budget));
}

function unencoded(bytes: Buffer, attributes: Attributes): Buffer {
  if (attributes['content-transfer-encoding']?.trim().toLowerCase() !== 'base64') return bytes;
  const decoded = decodeBase64(bytes.toString('latin1').trim());
  if (decoded === undefined) throw new PoisonError('EncodingBroken', 'the body is not base64');
  return decoded;
}

function inflated(bytes: Buffer, attributes: Attributes, budget: Budget): Buffer {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip && attributes['content-encoding']?.trim().toLowerCase() !== 'gzip') {
    if (bytes.length > MAX_BYTES) throw tooLarge();
    return bytes;
  }
  if (budget.leftBytes <= 0) throw tooLarge();
  try {
    const whole = gunzipSync(bytes, { maxOutputLength: budget.leftBytes });
    budget.leftBytes -= Math.max(whole.length, MIN_INFLATE_COST_BYTES);
    return whole;
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new PoisonError('EncodingBroken', 'the body is not gzip', { cause: error });
  }
}

function tooLarge(): PoisonError {
  return new PoisonError('TooLarge', `the message is larger than ${MAX_BYTES} bytes`);
}

function parse(bytes: Buffer): unknown {
  const text = bytes.subarray(0, UTF8_BOM.length).equals(UTF8_BOM) ? bytes.subarray(UTF8_BOM.length) : bytes;
  if (!mayBeJsonContainer(text)) return undefined;
  if (isJsonDeeperThan(text, MAX_DEPTH)) {
    throw new PoisonError('TooDeep', `the JSON is nested deeper than ${MAX_DEPTH}`);
  }
  const value = jsonOf(text);
  return (isJsonObject(value) || Array.isArray(value)) && numbersFit(value) ? value : undefined;
}

function jsonOf(text: Buffer): unknown {
  try {
    // Of a view of its own the parsed value is not remembered for longer than this.
    return parseJson(text.subarray());
  } catch {
    return undefined;
  }
}
