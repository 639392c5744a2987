import type { Deviation } from './expect-scenario.ts';
import type { ExpectedRequest } from './scenarios.ts';

/** What is asked for at every event, though it stays the same, is asked for once. @param paths of those questions. */
export function learntOnce(...paths: readonly string[]): Deviation & { change: NonNullable<Deviation['change']> } {
  return {
    reason: 'a notifier keeps what it has learnt, and asks nothing for an event that it refuses',
    change: (requests) =>
      requests.filter((request, index) => !paths.includes(request.path) || isFirst(requests, index)),
  };
}

function isFirst(requests: readonly ExpectedRequest[], index: number): boolean {
  return requests.findIndex(({ path }) => path === requests[index]?.path) === index;
}
