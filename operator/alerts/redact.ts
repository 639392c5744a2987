const MASK = '*****';
/** Shorter ones would garble every text. */
const SHORTEST_SECRET = 3;
/** Shorter ones are words such as `true`, and no keys. */
const SHORTEST_QUERY_VALUE = 8;

/** The text without the secrets, and without the parts of secret addresses that could still be used. */
export function redact(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets.flatMap(partsOf).sort((one, other) => other.length - one.length)) {
    if (secret.length >= SHORTEST_SECRET) shown = shown.replaceAll(secret, MASK);
  }
  return shown;
}

/** Also what follows an address's host, encoded as it was sent, and the keys in its query. */
function partsOf(secret: string): readonly string[] {
  const url = URL.parse(secret);
  if (url === null || !/^https?:$/.test(url.protocol)) return [secret, JSON.stringify(secret).slice(1, -1)];
  const values = [...url.searchParams.values()].filter((value) => value.length >= SHORTEST_QUERY_VALUE);
  return [secret, url.href, `${url.pathname}${url.search}`, url.pathname, ...values].filter((part) => part !== '/');
}
