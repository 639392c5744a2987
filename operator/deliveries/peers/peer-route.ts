/**
 * The contract of a route between replicas: what is asked, what each answers of its own, and how another one reads it.
 * Who may ask is judged before (`peer-server.ts`).
 */

/** Who answers: a part of every answer. */
export interface PeerIdentity {
  /** Its name. */
  readonly replica: string;
  /** RFC 3339: since when it records, which no two processes of one name have in common. */
  readonly recordingSince: string;
}

export interface PeerRoute<Question, Answer extends PeerIdentity> {
  readonly path: string;
  /** A question as the query of a URL. */
  print(question: Question): string;
  /** @returns undefined for what is no such query, which is answered 400. */
  parse(query: URLSearchParams): Question | undefined;
  /** What this replica has. */
  answer(question: Question): Answer;
  /** An answer as JSON takes it; absent: as it is. */
  send?(answer: Answer): object;
  /**
   * What another replica, which may be of another version, answers beside its identity.
   * @throws Error for what is no answer.
   */
  read(answer: Readonly<Record<string, unknown>>): Omit<Answer, keyof PeerIdentity>;
}

/** @throws Error for what is no answer of the route. */
export function readPeerAnswer<Answer extends PeerIdentity>(
  route: Pick<PeerRoute<never, Answer>, 'read'>,
  value: unknown,
): Answer {
  const answer = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { replica, recordingSince } = answer;
  if (typeof replica !== 'string' || !isTime(recordingSince)) throw new Error('answered something else');
  return { ...route.read(answer), replica, recordingSince } as Answer;
}

/** Those items of an answer that can be read. @throws Error where it has none. */
export function itemsOf<T>({ items }: Readonly<Record<string, unknown>>, isItem: (item: unknown) => item is T): T[] {
  if (!Array.isArray(items)) throw new Error('answered something else');
  return items.filter(isItem);
}

export function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
