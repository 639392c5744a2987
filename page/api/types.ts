/** What the API answers, as far as the page reads it. */

/** The path segment of a kind. */
export type KindPath = 'receivers' | 'brokerreceivers' | 'alerts';

export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export type Verdict = 'accepted' | 'pending' | 'refused' | 'ignored';

export interface LastDelivery {
  readonly time: string;
  readonly event?: string;
  readonly verdict: Verdict;
  readonly code: string;
  readonly revision?: string;
}

export interface HourCount {
  readonly accepted: number;
  readonly refused: number;
}

/** An object of the list. */
export interface DeliveryObject {
  readonly object: ObjectRef;
  readonly type?: string;
  readonly url?: string;
  readonly conditions?: readonly Condition[];
  readonly lastDelivery?: LastDelivery;
  /** 24 of them, the current hour last. */
  readonly counts?: { readonly hours: readonly HourCount[] };
  readonly pushToArtifactMs?: number;
  /** Of an Alert, which has no status. */
  readonly resolved?: Omit<Condition, 'type'>;
}

export type FollowState = 'waiting' | 'lagging' | 'fresh' | 'superseded' | 'failed' | 'suspended' | 'unfollowed';

export interface Follow {
  readonly state: FollowState;
  readonly handledAt?: string;
  readonly revision?: string;
  readonly artifactAt?: string;
  readonly appliedAt?: string;
  readonly nudges?: number;
  readonly message?: string;
}

export interface Target {
  /** `GitRepository/apps/app` */
  readonly ref: string;
  readonly outcome: 'annotated' | 'coalesced' | 'filtered' | 'pending' | 'failed';
  readonly code?: string;
  readonly requestedAt?: string;
  readonly follow?: Follow;
}

export interface DeliveryRecord {
  readonly id: string;
  readonly at: string;
  readonly lastAt?: string;
  readonly ms?: number;
  readonly bytes?: number;
  readonly replica: string;
  readonly object: ObjectRef;
  readonly type?: string;
  readonly event?: string;
  readonly providerId?: string;
  readonly from?: string;
  readonly userAgent?: string;
  readonly origin: 'http' | 'replayed' | 'broker' | 'catch-up';
  readonly verdict: Verdict;
  readonly code: string;
  readonly status?: number;
  readonly repeated?: number;
  readonly credential?: 'token' | 'previousToken';
  readonly targets?: readonly Target[];
  readonly targetCounts?: Readonly<Record<string, number>>;
  readonly announced?: { readonly ref?: string; readonly before?: string; readonly revision?: string };
  readonly duplicateOf?: string;
  readonly follow?: Follow;
  /** Whether the body is kept, or why it is not. */
  readonly body?: string;
  readonly redacted?: boolean;
  readonly provider?: string;
  readonly involved?: string;
  readonly reason?: string;
  readonly severity?: string;
  readonly attempts?: number;
}

export interface List<Item> {
  readonly items: readonly Item[];
  readonly continue?: string;
  readonly partial?: readonly string[];
  readonly recordingSince?: Readonly<Record<string, string>>;
}

/** A call of a path that no object is served at. */
export interface UnknownCall {
  readonly at: string;
  readonly from?: string;
  readonly method?: string;
  readonly code: string;
}
