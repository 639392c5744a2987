/** The last calls of all replicas whose path no object has. */
import { shownKinds } from '../kinds.ts';
import { type List, partOf } from '../list.ts';
import { notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { listOf, listQuery, schemaOf } from '../schemas.ts';

export interface UnknownCall {
  /** RFC 3339 */
  readonly at: string;
  readonly from?: string;
  readonly method: string;
  readonly code: string;
}

export const unknownRoute: Route = {
  method: 'GET',
  path: '/unknown',
  describe: {
    summary:
      'The last 50 calls of each replica whose path no object has, without their paths; for who sees all namespaces',
    query: listQuery,
    answer: listOf(schemaOf('UnknownCall')),
    problems: [400, 404, 503],
  },
  async answer({ query, caller }, { context }): Promise<List<UnknownCall>> {
    const [receivers] = shownKinds;
    if (receivers === undefined || !(await caller.may('deliveries', { kind: receivers }))) throw notFound();
    const { answers, partial } = await context.records.unknown();
    const all = answers.flatMap(({ items }) => items).sort((a, b) => b.atMs - a.atMs);
    const calls = all.map(({ atMs, from, method, code }) => ({
      at: new Date(atMs).toISOString(),
      ...(from === undefined ? {} : { from }),
      ...{ method, code },
    }));
    const placed = placedByTime(calls);
    const part = partOf(
      placed,
      query,
      ({ position }) => position,
      (position, after) => position < after,
    );
    const recordingSince = Object.fromEntries(answers.map((answer) => [answer.replica, answer.recordingSince]));
    return { ...part, items: part.items.map(({ call }) => call), partial, recordingSince };
  },
};

const DIGITS = 6;

/** Each with its place, from the newest to the oldest; of those of the same time, how many there were before it. */
function placedByTime(
  calls: readonly UnknownCall[],
): readonly { readonly call: UnknownCall; readonly position: string }[] {
  const seen = new Map<string, number>();
  const oldestFirst = calls.toReversed().map((call) => {
    const before = seen.get(call.at) ?? 0;
    seen.set(call.at, before + 1);
    return { call, position: `${call.at} ${String(before).padStart(DIGITS, '0')}` };
  });
  return oldestFirst.sort((a, b) => (a.position < b.position ? 1 : -1));
}
