/** A record as people and programs get it: the JSON of the contract of deliveries, *The record*. */
import type { Announced } from '../../api/announced.ts';
import { defined } from '../../api/defined.ts';
import type { Journal } from './journal.ts';
import type { DeliveryRecord, ObjectRef, Origin, TargetResult, Verdict } from './record.ts';
import { type Follow, type FollowState, TARGET_OUTCOMES, type TargetOutcome } from './record.ts';

/** Times are RFC 3339 in UTC; fields that are not known are absent. */
export interface RecordView {
  readonly id: string;
  readonly at: string;
  readonly lastAt: string;
  readonly ms: number;
  readonly bytes: number;
  readonly replica: string;
  readonly object: ObjectRef;
  readonly type: string;
  readonly event?: string;
  readonly providerId?: string;
  readonly from?: string;
  readonly userAgent?: string;
  readonly origin: Origin;
  readonly verdict: Verdict;
  readonly code: string;
  readonly status?: number;
  readonly repeated: number;
  readonly credential?: 'token' | 'previousToken';
  readonly targets: readonly TargetResult[];
  readonly targetCounts: Readonly<Partial<Record<TargetOutcome, number>>>;
  readonly announced?: Announced;
  readonly duplicateOf?: string;
  readonly follow?: Follow;
  /** Of a notification. */
  readonly provider?: string;
  readonly involved?: string;
  readonly reason?: string;
  readonly severity?: string;
  readonly attempts?: number;
  /** `TooLarge`: it was to be kept, and is over the limit of one body; `kept`: it can be asked for. */
  readonly body?: 'kept' | 'TooLarge';
  /** Of a kept body: some of its values are replaced. */
  readonly redacted?: boolean;
}

/** From the least to the most advanced. */
const PROGRESS: readonly FollowState[] = [
  'failed',
  'suspended',
  'waiting',
  'lagging',
  'superseded',
  'fresh',
  'unfollowed',
];

/** @param others the records of the same object, in any order: among them is what it repeats. */
export function recordView(
  record: DeliveryRecord,
  replica: string,
  journal: Pick<Journal, 'idOf'>,
  others: readonly DeliveryRecord[],
): RecordView {
  const { atMs, lastAtMs, ms, bytes, object, type, origin, verdict, code, repeated, targets = [] } = record;
  const follow = leastAdvanced(targets);
  return {
    id: journal.idOf(record),
    at: new Date(atMs).toISOString(),
    lastAt: new Date(lastAtMs).toISOString(),
    ms: Math.round(ms * 10) / 10,
    bytes,
    replica,
    object,
    type,
    ...defined({ event: record.event, providerId: record.providerId, from: record.from, userAgent: record.userAgent }),
    ...{ origin, verdict, code },
    ...defined({ status: record.status }),
    repeated,
    ...defined({ credential: record.credential }),
    targets: targets.map((target) => defined({ ...target }) as TargetResult),
    targetCounts: countsOf(record),
    ...defined({ announced: record.announced, duplicateOf: duplicateOf(record, journal, others), follow }),
    ...record.notification,
    ...bodyOf(record),
  };
}

/** How far the least advanced target got. */
export function leastAdvanced(targets: readonly TargetResult[]): Follow | undefined {
  const follows = targets.flatMap(({ follow }) => (follow === undefined ? [] : [follow]));
  return follows.sort((a, b) => PROGRESS.indexOf(a.state) - PROGRESS.indexOf(b.state))[0];
}

function countsOf({ targetCounts = [] }: DeliveryRecord): RecordView['targetCounts'] {
  const counted = TARGET_OUTCOMES.map((outcome, index) => [outcome, targetCounts[index] ?? 0] as const);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

/** The first one with the same id of the sender's. */
function duplicateOf(
  record: DeliveryRecord,
  journal: Pick<Journal, 'idOf'>,
  others: readonly DeliveryRecord[],
): string | undefined {
  if (record.duplicateOf !== undefined) return record.duplicateOf;
  const { providerId, sequence } = record;
  if (providerId === undefined) return undefined;
  let first: DeliveryRecord | undefined;
  for (const other of others) {
    if (other.providerId === providerId && other.sequence < (first?.sequence ?? sequence)) first = other;
  }
  return first && journal.idOf(first);
}

function bodyOf({ body }: DeliveryRecord): Pick<RecordView, 'body' | 'redacted'> {
  if (body === undefined) return {};
  return body === 'TooLarge' ? { body } : { body: 'kept', redacted: body.redacted };
}
