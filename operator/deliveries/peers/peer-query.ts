/** What is asked of a replica: which of its records. */
import { shownKindAt } from '../api/kinds.ts';
import type { ObjectRef } from '../records/record.ts';

export interface PeerQuery {
  /** Records that came, or changed, then or later, in ms since 1970; undefined: all. */
  readonly sinceMs?: number | undefined;
  /** Undefined: of all objects. */
  readonly object?: ObjectRef | undefined;
}

const SEGMENT = '[^/?#\\s]{1,253}';
const OBJECT = new RegExp(`^(${SEGMENT})/(${SEGMENT})/(${SEGMENT})$`);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** As the query of a URL. */
export function printPeerQuery({ sinceMs, object }: PeerQuery): string {
  const query = new URLSearchParams();
  if (sinceMs !== undefined) query.set('since', new Date(sinceMs).toISOString());
  if (object !== undefined) query.set('object', printObject(object));
  return query.toString();
}

/** @returns undefined for what is no such query. */
export function parsePeerQuery(query: URLSearchParams): PeerQuery | undefined {
  const [since, object] = [query.get('since'), query.get('object')];
  if (since !== null && (!TIME.test(since) || Number.isNaN(Date.parse(since)))) return undefined;
  const wanted = parseObject(object);
  if (object !== null && wanted === undefined) return undefined;
  return { sinceMs: since === null ? undefined : Date.parse(since), object: wanted };
}

export function printObject({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

/** @returns undefined for what names no object. */
export function parseObject(text: string | null): ObjectRef | undefined {
  const [, written, namespace, name] = OBJECT.exec(text ?? '') ?? [];
  if (written === undefined || namespace === undefined || name === undefined) return undefined;
  // Its plural means the same.
  return { kind: shownKindAt(written)?.kind ?? written, namespace, name };
}
