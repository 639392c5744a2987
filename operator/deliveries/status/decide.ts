/** Decides whether the status of an object is to be written, and which Event that is worth. Pure. */
import type { LastDelivery } from '../../api/deliveries.ts';
import type { Condition } from '../../api/meta.ts';
import type { EventText } from '../../kube/events/event-series.ts';
import { secondTime } from '../../kube/micro-time.ts';
import type { StatusAddition } from '../../platform/status-additions.ts';
import type { PeerRecord } from '../peers/peer-answer.ts';
import { acceptedMessage, codeOf, type DeliveringInput, deliveringOf } from './delivering.ts';

export interface DecisionInput extends DeliveringInput {
  /** Whether its status has `lastDelivery`. */
  readonly tellsLast: boolean;
  /** Since 1970. */
  readonly nowMs: number;
}

export interface Decision {
  readonly addition: StatusAddition;
  readonly event: EventText | undefined;
  /** The condition turns False, or names another code. */
  readonly breaks: boolean;
}

/** How old `lastDelivery` is when a newer delivery is worth a write of its own. */
const LAST_DELIVERY_AGE_MS = 10 * 60_000;

/** @returns undefined: the status stays as it is. */
export function decide(input: DecisionInput): Decision | undefined {
  const { held } = input;
  const { status, reason, message } = deliveringOf(input);
  const condition = { type: 'Delivering', status, reason, message };
  const newest = input.tellsLast ? newestOf(input) : undefined;
  if (!isChanged(input, condition) && !isLastDue(input, newest)) return undefined;
  const breaks = condition.status === 'False' && (held?.status !== 'False' || isOther(held, condition));
  return {
    addition: {
      conditions: [condition],
      ...(newest === undefined ? {} : { fields: { lastDelivery: lastDeliveryOf(newest) } }),
    },
    event: eventOf(held, condition, breaks),
    breaks,
  };
}

type Named = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The message alone is worth a write where it counts what is refused, or says that this is over. */
function isChanged({ held, noun }: DecisionInput, now: Named): boolean {
  if (held === undefined || held.status !== now.status || held.reason !== now.reason) return true;
  const tells = now.status === 'False' || now.message === acceptedMessage(noun);
  return tells && held.message !== now.message;
}

function isOther(held: Condition, now: Named): boolean {
  return held.reason !== now.reason || codeOf(held) !== codeOf(now);
}

function isLastDue({ last, nowMs }: DecisionInput, newest: PeerRecord | undefined): boolean {
  if (newest === undefined) return false;
  const lastMs = Date.parse(last?.time ?? '');
  if (Number.isNaN(lastMs)) return true;
  return Date.parse(newest.lastAt) >= lastMs + 1_000 && nowMs - lastMs >= LAST_DELIVERY_AGE_MS;
}

/** Not before what the status has. What makes up for an absence was sent by nobody. */
function newestOf({ records, last }: DecisionInput): PeerRecord | undefined {
  let newest: PeerRecord | undefined;
  const lastMs = Date.parse(last?.time ?? '');
  for (const record of records) {
    if (record.origin === 'catch-up' || Date.parse(record.lastAt) < lastMs) continue;
    if (newest === undefined || Date.parse(record.lastAt) > Date.parse(newest.lastAt)) newest = record;
  }
  return newest;
}

function lastDeliveryOf({ lastAt, event, verdict, code, announced }: PeerRecord): LastDelivery {
  const revision = announced?.revision;
  return {
    time: secondTime(Date.parse(lastAt)),
    ...(event === undefined ? {} : { event }),
    verdict,
    code,
    ...(revision === undefined ? {} : { revision }),
  };
}

function eventOf(held: Condition | undefined, now: Named, breaks: boolean): EventText | undefined {
  if (breaks) return { type: 'Warning', reason: codeOf(now) ?? now.reason, note: now.message };
  if (held?.status === 'False' && now.status === 'True') {
    return { type: 'Normal', reason: 'Delivered', note: now.message };
  }
  return undefined;
}
