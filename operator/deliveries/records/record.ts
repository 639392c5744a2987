/**
 * The record of a delivery: one webhook, one message of a BrokerReceiver, or one notification of an Alert, and what became
 * of it (contract of deliveries, *The record*). A flow makes one when it has answered; `record-view.ts` shows it.
 */
import type { Announced } from '../../api/announced.ts';

/** What came by HTTP, was sent again from its kept body, came through a broker, or makes up for an absence. */
export type Origin = 'http' | 'replayed' | 'broker' | 'catch-up';

/** `pending` becomes `accepted` or `refused`. `ignored`: it was genuine, and nothing was to be done. */
export type Verdict = 'accepted' | 'pending' | 'refused' | 'ignored';

/** `coalesced`: annotated by a PATCH that it shares with another delivery. */
export type TargetOutcome = 'annotated' | 'coalesced' | 'filtered' | 'pending' | 'failed';

export const TARGET_OUTCOMES: readonly TargetOutcome[] = ['annotated', 'coalesced', 'filtered', 'pending', 'failed'];

/** How far a target got after it was annotated (contract, *Follow-up*). */
export type FollowState = 'waiting' | 'lagging' | 'fresh' | 'superseded' | 'failed' | 'suspended' | 'unfollowed';

export interface Follow {
  readonly state: FollowState;
  /** RFC 3339: when the target handled what was asked of it. */
  readonly handledAt?: string;
  /** Of its artifact now. */
  readonly revision?: string;
  readonly artifactAt?: string;
  readonly appliedAt?: string;
  /** How often it was annotated again because it was behind. */
  readonly nudges?: number;
  /** The target's own. */
  readonly message?: string;
}

/** What became of one target. */
export interface TargetResult {
  /** `Kind/namespace/name` */
  readonly ref: string;
  outcome: TargetOutcome;
  /** Why it failed. */
  code?: string | undefined;
  /** The value of the annotation, RFC 3339. */
  requestedAt?: string | undefined;
  follow?: Follow | undefined;
}

export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A body that is kept, without what might be secret; `TooLarge`: it was over the limit of one. */
export type KeptBody = BodyContent | 'TooLarge';

export interface BodyContent {
  readonly json: Buffer;
  /** Whether any of it is replaced. */
  readonly redacted: boolean;
  readonly contentType: string | undefined;
  /** What filters see beside it, as JSON (`bodies/seen-beside.ts`). */
  readonly seen?: Buffer | undefined;
}

/** What only notifications have. */
export interface NotificationDetails {
  readonly provider: string;
  /** `Kind/namespace/name` */
  readonly involved: string;
  readonly reason: string;
  readonly severity: string;
  attempts: number;
}

/** What a flow knows of a delivery. Strings of a sender are cut and cleaned when it is recorded. */
export interface Delivery {
  /** When it came, in ms since 1970. */
  readonly atMs: number;
  /** From its head to its answer. */
  ms: number;
  readonly bytes: number;
  readonly object: ObjectRef;
  /** Of the object. */
  readonly type: string;
  event?: string | undefined;
  readonly providerId?: string | undefined;
  readonly from?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly origin: Origin;
  verdict: Verdict;
  /** A code of the table of errors, or of an outcome; `Delivered` where nothing is wrong. */
  code: string;
  /** Of the answer by HTTP. */
  status?: number | undefined;
  credential?: 'token' | 'previousToken' | undefined;
  targets?: readonly TargetResult[] | undefined;
  /** In the order of {@link TARGET_OUTCOMES}, over all targets, those that are not listed among them. */
  targetCounts?: readonly number[] | undefined;
  announced?: Announced | undefined;
  readonly notification?: NotificationDetails | undefined;
  body?: KeptBody | undefined;
  /** The id of the record that this repeats; absent: found by `providerId`. */
  readonly duplicateOf?: string | undefined;
  /** It came while the object was suspended. Shown to nobody. */
  readonly suspended?: true | undefined;
}

/** A delivery that is remembered. */
export interface DeliveryRecord extends Delivery {
  /** Its place among all of this process. */
  readonly sequence: number;
  lastAtMs: number;
  /** How many requests it stands for, itself included. */
  repeated: number;
  /** When the last three of them came, from the newest on; absent for one or two, which the other times say. */
  recentAtMs?: readonly number[] | undefined;
  /** Of those: what came since the last one that was not refused, where that came in between. */
  row?: { readonly servedSequence: number; readonly firstAtMs: number; count: number } | undefined;
  /** The ids of the last messages that are folded into it, without its own. */
  foldedIds?: readonly string[] | undefined;
}
