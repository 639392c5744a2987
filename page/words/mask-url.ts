/** Hides what of a webhook's URL is a secret. */

/** The URL with dots for all of its path but the first segment. */
export function maskUrl(url: string): string {
  const [, origin = '', path = ''] = /^([a-z]+:\/\/[^/]*)?(.*)$/i.exec(url) ?? [];
  const [, first = '/'] = /^(\/[^/]*\/)/.exec(path) ?? [];
  return `${origin}${first}••••••`;
}
