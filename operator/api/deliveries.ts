/** The fields of a Receiver and a BrokerReceiver about what came, and about what became of it. */
import { parseGoDuration } from './go-duration.ts';

/** What becomes of a verified webhook whose event `spec.events` does not list. */
export const unlistedEventsModes = ['Reject', 'Accept'] as const;
export type UnlistedEvents = (typeof unlistedEventsModes)[number];

/** `spec.deliveries` of a BrokerReceiver. */
export interface KeptDeliveriesSpec {
  /** How many verified bodies are kept; default 0. */
  keepBodies?: number;
}

/** `spec.deliveries` of a Receiver. */
export interface DeliveriesSpec extends KeptDeliveriesSpec {
  /** Default `Reject`. */
  unlistedEvents?: UnlistedEvents;
}

/** `spec.follow`: whether a target that lags behind what was announced is annotated again. */
export interface FollowSpec {
  /** Default true. */
  fresh?: boolean;
  /** A duration in Go's form. */
  within?: string;
}

/** `status.lastDelivery`: the newest record of any replica, all as text. */
export interface LastDelivery {
  /** RFC 3339. */
  time?: string;
  event?: string;
  verdict?: string;
  code?: string;
  revision?: string;
}

/** The most bodies that one object may have kept. */
export const MAX_KEPT_BODIES = 20;
/** What `spec.follow.within` is when nobody sets it, and between which it is. */
export const DEFAULT_FOLLOW_WITHIN = '5m';
export const SHORTEST_FOLLOW_WITHIN = '10s';
export const LONGEST_FOLLOW_WITHIN = '1h';

/** Whether `spec.follow.within`, absent or null included, is within its bounds. */
export function isFollowWithinAllowed(follow: FollowSpec | null | undefined): boolean {
  const ms = parseGoDuration(follow?.within ?? DEFAULT_FOLLOW_WITHIN) ?? Number.NaN;
  const [shortest = 0, longest = 0] = [SHORTEST_FOLLOW_WITHIN, LONGEST_FOLLOW_WITHIN].map(parseGoDuration);
  return ms >= shortest && ms <= longest;
}
