/** Records and objects for tests of the page alone. */
import type { Condition } from '../../../operator/api/meta.ts';
import type { ObjectView, RecordView, TargetResult } from '../../../page/api/types.ts';

const MINUTE_MS = 60_000;

/** @param minutesAgo when it came; ids sort by time. */
export function pageRecord(minutesAgo: number, change: Partial<RecordView> = {}): RecordView {
  const at = minutesBack(minutesAgo);
  return {
    id: `01K${String(999_999 - minutesAgo).padStart(7, '0')}`,
    at,
    lastAt: at,
    ms: 4.2,
    bytes: 812,
    replica: 'sluice-0',
    object: { kind: 'Receiver', namespace: 'apps', name: 'app' },
    type: 'github',
    event: 'push',
    from: '192.0.2.7',
    origin: 'http',
    verdict: 'accepted',
    code: 'Delivered',
    status: 200,
    repeated: 1,
    targets: [],
    targetCounts: {},
    ...change,
  };
}

export function pageTarget(change: Partial<TargetResult>): TargetResult {
  return { ref: 'GitRepository/apps/app', outcome: 'annotated', requestedAt: minutesBack(0), ...change };
}

/** A Receiver that does well. */
export function pageObject(name: string, change: Partial<ObjectView> = {}): ObjectView {
  return {
    object: { kind: 'Receiver', namespace: 'apps', name },
    type: 'github',
    url: `https://hooks.example.com/hook/${'0123456789abcdef'.repeat(4)}`,
    conditions: [
      pageCondition('Delivering', 'True', 'Delivered', 'The last webhook was accepted'),
      pageCondition('ResolvedRefs', 'True', 'Resolved', 'every target can be found'),
    ],
    lastDelivery: { time: minutesBack(2), event: 'push', verdict: 'accepted', code: 'Delivered' },
    counts: { hours: Array.from({ length: 24 }, () => ({ accepted: 2, refused: 0 })) },
    pushToArtifactMs: 1_900,
    ...change,
  };
}

export function pageCondition(type: string, status: Condition['status'], reason = '', message = ''): Condition {
  return { type, status, reason, message, lastTransitionTime: minutesBack(0) };
}

/** RFC 3339. */
export function minutesBack(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE_MS).toISOString();
}
