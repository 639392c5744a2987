import type { PeerRecord } from '../../../../operator/deliveries/peers/peer-answer.ts';

/** When the tests' deliveries begin. */
export const BEGIN_MS = Date.UTC(2026, 10, 26, 10);

/** RFC 3339. */
export const at = (seconds: number): string => new Date(BEGIN_MS + seconds * 1_000).toISOString();

/** An accepted webhook, `seconds` after the begin. */
export function recordAt(seconds: number, fields: Partial<PeerRecord> = {}): PeerRecord {
  return {
    id: `r${seconds}${fields.replica ?? ''}${fields.code ?? ''}`,
    at: at(seconds),
    lastAt: at(seconds),
    ms: 1,
    bytes: 2,
    replica: 'a',
    object: { kind: 'Receiver', namespace: 'apps', name: 'web' },
    type: 'github',
    origin: 'http',
    verdict: 'accepted',
    code: 'Delivered',
    repeated: 1,
    targets: [],
    targetCounts: {},
    ...fields,
  };
}

/** A refused one. */
export function refusedAt(seconds: number, code = 'SignatureMismatch', fields: Partial<PeerRecord> = {}): PeerRecord {
  return recordAt(seconds, { verdict: 'refused', code, ...fields });
}
