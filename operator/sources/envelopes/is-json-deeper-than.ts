import { endOfJsonString } from '../../verify/end-of-json-string.ts';

const QUOTE = 0x22;

/** What each byte outside a string does to the depth. */
const STEPS = new Int8Array(256);
for (const open of '{[') STEPS[open.charCodeAt(0)] = 1;
for (const close of '}]') STEPS[close.charCodeAt(0)] = -1;

/** Whether objects and lists in these bytes are nested deeper than `depth`, whether or not the bytes are JSON. */
export function isJsonDeeperThan(bytes: Buffer, depth: number): boolean {
  let open = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === QUOTE) index = endOfJsonString(bytes, index + 1);
    else open += STEPS[byte] ?? 0;
    if (open > depth) return true;
  }
  return false;
}
