/** `GET /internal/v1/deliveries`: the records of a replica, the newest 1,000 of what is asked for. */
import type { OwnAnswers, PeerAnswer, PeerRecord } from './peer-answer.ts';
import { type PeerQuery, parsePeerQuery, printPeerQuery } from './peer-query.ts';
import { isTime, itemsOf, type PeerRoute } from './peer-route.ts';

/** How many records one answer has. */
const MAX_ITEMS = 1_000;

export function deliveriesRoute(own: Pick<OwnAnswers, 'answer'>): PeerRoute<PeerQuery, PeerAnswer> {
  return {
    path: '/internal/v1/deliveries',
    print: printPeerQuery,
    parse: parsePeerQuery,
    answer: (query) => own.answer(query, MAX_ITEMS),
    read: (answer) => ({
      ...(isTime(answer.servingSince) ? { servingSince: answer.servingSince } : {}),
      items: itemsOf(answer, isRecord),
    }),
  };
}

function isRecord(value: unknown): value is PeerRecord {
  const { id, at, lastAt, object, verdict, code, origin, repeated } = (value ?? {}) as Partial<PeerRecord>;
  const { kind, namespace, name } = object ?? {};
  const texts = [id, verdict, code, origin, kind, namespace, name];
  return (
    texts.every((text) => typeof text === 'string') && isTime(at) && isTime(lastAt) && typeof repeated === 'number'
  );
}
