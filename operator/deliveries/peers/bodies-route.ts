/** `GET /internal/v1/bodies`: the kept bodies of an object, redacted as they are; that of one delivery, whether it is kept or not. */
import { defined } from '../../api/defined.ts';
import { type HeldDelivery, heldDelivery } from '../records/held-delivery.ts';
import type { Journal } from '../records/journal.ts';
import type { BodyContent, ObjectRef } from '../records/record.ts';
import { parseObject, printObject } from './peer-query.ts';
import { itemsOf, type PeerIdentity, type PeerRoute } from './peer-route.ts';

export interface BodiesQuestion {
  readonly object: ObjectRef;
  /** Of one delivery; absent: all whose bodies are kept. */
  readonly id?: string | undefined;
}

export interface BodiesAnswer extends PeerIdentity {
  /** From the newest to the oldest. */
  readonly items: readonly HeldDelivery[];
}

/** In JSON a body is the text that it is. */
type SentDelivery = Omit<HeldDelivery, 'body'> & { readonly body?: SentBody | 'TooLarge' };
type SentBody = Omit<BodyContent, 'json' | 'seen'> & { readonly json: string; readonly seen?: string | undefined };

export function bodiesRoute(
  journal: Pick<Journal, 'of' | 'idOf'>,
  identity: PeerIdentity,
): PeerRoute<BodiesQuestion, BodiesAnswer> {
  return {
    path: '/internal/v1/bodies',
    print: ({ object, id }) => new URLSearchParams(defined({ object: printObject(object), id })).toString(),
    parse(query) {
      const object = parseObject(query.get('object'));
      return object && { object, id: query.get('id') ?? undefined };
    },
    answer: (question) => ({ ...identity, items: heldDeliveries(journal, question) }),
    send: ({ items, ...rest }) => ({ ...rest, items: items.map(sent) }),
    read: (answer) => ({ items: itemsOf(answer, isSent).map(received) }),
  };
}

function heldDeliveries(
  journal: Pick<Journal, 'of' | 'idOf'>,
  { object, id }: BodiesQuestion,
): readonly HeldDelivery[] {
  const records = journal.of(object);
  const wanted =
    id === undefined
      ? records.filter(({ body }) => typeof body === 'object')
      : records.filter((record) => journal.idOf(record) === id);
  return wanted.map((record) => heldDelivery(record, journal.idOf(record)));
}

function sent({ body, ...delivery }: HeldDelivery): SentDelivery {
  if (typeof body !== 'object') return { ...delivery, ...defined({ body }) };
  return { ...delivery, body: { ...body, json: body.json.toString(), seen: body.seen?.toString() } };
}

function received({ body, ...delivery }: SentDelivery): HeldDelivery {
  if (typeof body !== 'object') return { ...delivery, ...defined({ body }) };
  const { json, seen, ...rest } = body;
  return {
    ...delivery,
    body: { ...rest, json: Buffer.from(json), ...(seen === undefined ? {} : { seen: Buffer.from(seen) }) },
  };
}

function isSent(value: unknown): value is SentDelivery {
  const { id, object, type, event, providerId, body } = (value ?? {}) as Partial<SentDelivery>;
  const { kind, namespace, name } = object ?? {};
  return (
    [id, kind, namespace, name, type].every((text) => typeof text === 'string') &&
    [event, providerId].every((text) => text === undefined || typeof text === 'string') &&
    (body === undefined || body === 'TooLarge' || isSentBody(body))
  );
}

function isSentBody(value: unknown): value is SentBody {
  const { json, redacted, contentType, seen } = (value ?? {}) as Partial<SentBody>;
  const isTexts = [contentType, seen].every((text) => text === undefined || typeof text === 'string');
  return typeof json === 'string' && typeof redacted === 'boolean' && isTexts;
}
