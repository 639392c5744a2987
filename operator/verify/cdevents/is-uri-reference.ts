/**
 * References to URIs (RFC 3986), no stricter than Go's `net/url`: spaces and letters beyond ASCII are common in the
 * wild, and Flux accepts them.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CONTROL = /[\u0000-\u001f\u007f]/;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const BROKEN_ESCAPE = /%(?![\da-f]{2})/i;
const USER = /^(?:[\w\-.~!$&'()*+,;=:@]|%[\da-f]{2})*$/i;
const BRACKETED_HOST = /^\[[^[\]]*\](?::\d*)?$/;
const HOST = /^(?:[\w\-.~!$&'()*+,;=:<>"\]]|[\u0080-\uffff]|%(?:25|[89a-f][\da-f]))*$/i;
const PORT = /^[^:]*$|:\d*$/;

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (at >= 0 && !USER.test(authority.slice(0, at))) return false;
  if (host.startsWith('[')) return BRACKETED_HOST.test(host) && !BROKEN_ESCAPE.test(host);
  return HOST.test(host) && PORT.test(host);
}

/** An absolute or a relative reference. */
export function isUriReference(text: string): boolean {
  const hash = text.indexOf('#');
  const [main, fragment] = hash < 0 ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)];
  if (BROKEN_ESCAPE.test(fragment) || CONTROL.test(main)) return false;
  const rest = main.replace(SCHEME, '');
  const relative = rest.length === main.length;
  const hierarchy = rest.split('?')[0] ?? '';
  // What is neither a path nor an authority (`urn:x:y`) is not checked.
  if (!relative && !hierarchy.startsWith('/')) return true;
  if (relative && (hierarchy.split('/')[0] ?? '').includes(':')) return false;
  const [, authority, path = ''] = /^(?:\/\/([^/]*))?(.*)$/s.exec(hierarchy) ?? [];
  return !BROKEN_ESCAPE.test(path) && (authority === undefined || isAuthority(authority));
}
