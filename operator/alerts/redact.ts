const MASK = '*****';
/** Shorter ones would garble every text. */
const SHORTEST_SECRET = 3;
/** Shorter ones are words such as `true`, and no keys. */
const SHORTEST_PART = 8;
/** Shorter ones may stand in every text. */
const SHORTEST_WORD = 16;
/** What a key, a line of PEM, or a value in JSON is made of. */
const WORD = /[\w.~+/-]+=*/g;

/** The text without the secrets, and without the parts of them that could still be used. */
export function redact(text: string, secrets: readonly string[]): string {
  let shown = text;
  const parts = new Set(secrets.flatMap(partsOf));
  for (const part of [...parts].sort((one, other) => other.length - one.length)) {
    if (part.length >= SHORTEST_SECRET) shown = shown.replaceAll(part, MASK);
  }
  return shown;
}

/** As it is, as JSON and addresses have it, and its parts: of an address what follows the host, and who asks. */
function partsOf(secret: string): readonly string[] {
  const url = URL.parse(secret);
  const whole = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  if (url === null || url.host === '') return [...whole, ...(secret.match(WORD) ?? []).filter(isWord)];
  const { href, pathname, search, username, password, searchParams } = url;
  const segments = pathname.split('/').filter(isWord);
  const keys = [username, password, ...searchParams.values()].filter(({ length }) => length >= SHORTEST_PART);
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const paths = [`${pathname}${search}`, pathname].filter((path) => path !== '/');
  return [...whole, href, ...paths, ...segments, ...keys, ...keys.map(decoded), ...(username ? [login] : [])];
}

function isWord({ length }: string): boolean {
  return length >= SHORTEST_WORD;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
