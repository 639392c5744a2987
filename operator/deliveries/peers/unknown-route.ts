/** `GET /internal/v1/unknown`: the last requests to a replica whose path nobody has. */
import type { Journal } from '../records/journal.ts';
import type { UnknownPath } from '../records/unknown-paths.ts';
import { itemsOf, type PeerIdentity, type PeerRoute } from './peer-route.ts';

export interface UnknownAnswer extends PeerIdentity {
  /** From the newest to the oldest. */
  readonly items: readonly UnknownPath[];
}

export function unknownRoute(
  journal: Pick<Journal, 'unknownPaths'>,
  identity: PeerIdentity,
): PeerRoute<object, UnknownAnswer> {
  return {
    path: '/internal/v1/unknown',
    print: () => '',
    parse: () => ({}),
    answer: () => ({ ...identity, items: journal.unknownPaths() }),
    read: (answer) => ({ items: itemsOf(answer, isUnknownPath) }),
  };
}

function isUnknownPath(value: unknown): value is UnknownPath {
  const { atMs, from, method, code } = (value ?? {}) as Partial<UnknownPath>;
  const isFrom = from === undefined || typeof from === 'string';
  return Number.isFinite(atMs) && isFrom && typeof method === 'string' && typeof code === 'string';
}
