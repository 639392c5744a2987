/** Limits of what is remembered of a sender's strings, in UTF-16 units. */
export const MAX_TEXT = 128;
export const MAX_USER_AGENT = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
const ALL_CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** A sender's string as it is remembered: cut, without control characters; undefined where nothing is left. */
export function cleanText(text: string | undefined, max = MAX_TEXT): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (text.length <= max && !CONTROL.test(text)) return text;
  // A slice of a long string would keep the whole of it.
  const cleaned = Buffer.from(
    text
      .slice(0, max * 2)
      .replace(ALL_CONTROL, '')
      .slice(0, max),
  ).toString();
  return cleaned === '' ? undefined : cleaned;
}
