/** From a body as it was sent to the JSON in it. */

import { formPayload } from '../../verify/form-payload.ts';
import { mediaType } from '../../verify/media-type.ts';
import { numbersFit } from '../../verify/numbers-fit.ts';
import { parseFirstJson } from '../../verify/parse-json.ts';
import { cleanText } from '../records/clean-text.ts';

export interface ReadableBody {
  readonly value: object;
  /** Of the JSON, which a form has in its parameter `payload`. */
  readonly contentType: string | undefined;
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** Undefined: there is no JSON object or list in it that a filter could read. */
export function readableBody(body: Buffer, contentType: string | undefined): ReadableBody | undefined {
  try {
    const isForm = mediaType(contentType) === FORM;
    const json = isForm ? formPayload(body) : body;
    const value = json && parseFirstJson(json);
    if (typeof value !== 'object' || value === null || !numbersFit(value)) return undefined;
    return { value, contentType: isForm ? JSON_TYPE : cleanText(contentType) };
  } catch {
    return undefined;
  }
}
