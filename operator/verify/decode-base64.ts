/** With one class and no groups, so that text of any length neither takes long nor fills the stack. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of standard base64 (RFC 4648, 4), in which line breaks mean nothing; undefined where the text is none. */
export function decodeBase64(text: string): Buffer | undefined {
  const joined = text.replace(/[\r\n]/g, '');
  return joined.length % 4 === 0 && BASE64.test(joined) ? Buffer.from(joined, 'base64') : undefined;
}
