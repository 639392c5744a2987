/** The condition `Delivering` that an object should have, from the one it has and what is known of its deliveries. Pure. */
import type { LastDelivery } from '../../api/deliveries.ts';
import { fixOf } from '../../api/fixes.ts';
import type { Condition } from '../../api/meta.ts';
import type { ObservedCondition } from '../../kube/conditions.ts';
import type { PeerRecord } from '../peers/peer-answer.ts';
import { type Refusals, refusalsInARow } from './refusals.ts';

/** What an object receives. */
export type Noun = 'webhook' | 'message';

export interface DeliveringInput {
  readonly noun: Noun;
  /** Of all replicas, in any order. */
  readonly records: readonly PeerRecord[];
  /** The condition and the last delivery as its status has them. */
  readonly held: Condition | undefined;
  readonly last: LastDelivery | undefined;
  /** The Secret of the object, as `namespace/name`. */
  readonly secret: string | undefined;
  /** What the follow-up says, where targets move without it; false: it has taken that back; undefined: it knows nothing. */
  readonly silentBreak: string | false | undefined;
  /** Whether its status says that something came, ever. */
  readonly hasCome?: boolean;
}

type Found = Pick<ObservedCondition, 'status' | 'reason' | 'message'>;

/** So many requests in a row make an object one that does not receive. */
const IN_A_ROW = 3;
const MINUTE_MS = 60_000;

const NONE_YET: Readonly<Record<Noun, string>> = {
  webhook: 'No webhook has arrived yet; paste the URL at the sender, see status.url',
  message: 'No message has arrived yet; see the condition Ready, and whether the sender publishes',
};

/** @returns what is held already, where nothing newer says otherwise. */
export function deliveringOf(input: DeliveringInput): Found {
  const { held, silentBreak } = input;
  const refusals = refusalsInARow(input.records, servedBefore(input));
  if (refusals.count >= IN_A_ROW) return refused(input, refusals);
  if (held?.reason === 'Refused' && isHeld(input, refusals)) {
    const isOther = refusals.code !== undefined && refusals.code !== codeOf(held);
    return isOther ? refused(input, refusals) : held;
  }
  if (typeof silentBreak === 'string') return { status: 'False', reason: 'SilentBreak', message: silentBreak };
  const isBroken = held?.reason === 'SilentBreak';
  if (isBroken && silentBreak === undefined && isHeldBreak(input, refusals)) return held;
  if (refusals.servedAtMs !== undefined || refusals.count > 0) return delivered(input, refusals);
  return held === undefined || isBroken ? unseen(input) : held;
}

/** Of an object of which no record is left, and whose condition says nothing of the last delivery. */
function unseen(input: DeliveringInput): Found {
  const { noun, last, hasCome = false } = input;
  if (!hasCome) return { status: 'Unknown', reason: 'NoneYet', message: NONE_YET[noun] };
  return delivered(input, { code: last?.verdict === 'refused' ? last.code : undefined });
}

export function acceptedMessage(noun: Noun): string {
  return `The last ${noun} was accepted`;
}

/** The code that a condition names; undefined where it names none. */
export function codeOf({ reason, message }: Pick<Condition, 'reason' | 'message'>): string | undefined {
  return reason === 'Refused' ? message.split(':')[0] : undefined;
}

/**
 * When the status says that a delivery was not refused whose record may be gone with its replica. What is not a sender's
 * own says nothing: its record is looked for.
 */
function servedBefore({ last, held, records }: DeliveringInput): number | undefined {
  if (last?.time === undefined || last.verdict === 'refused' || held?.status !== 'True') return undefined;
  const second = Math.floor(Date.parse(last.time) / 1_000);
  const isReplay = records.some(
    ({ origin, lastAt }) => origin === 'replayed' && Math.floor(Date.parse(lastAt) / 1_000) === second,
  );
  return isReplay || Number.isNaN(second) ? undefined : second * 1_000;
}

/** Nothing came since the status was written that was not refused. */
function isHeld({ held, last }: DeliveringInput, { servedAtMs }: Refusals): boolean {
  const writtenMs = Date.parse(last?.time ?? held?.lastTransitionTime ?? '');
  return servedAtMs === undefined || servedAtMs < writtenMs;
}

/** Nothing came since the break: what the status knows as the last delivery came before it. */
function isHeldBreak({ held, last }: DeliveringInput, { servedAtMs }: Refusals): boolean {
  if (servedAtMs === undefined) return true;
  const isKnown = last?.time !== undefined && Math.floor(servedAtMs / 1_000) * 1_000 <= Date.parse(last.time);
  return isKnown || servedAtMs < Date.parse(held?.lastTransitionTime ?? '');
}

function refused({ noun, secret }: DeliveringInput, { code = 'InternalError', alike }: Refusals): Found {
  const many = `${alike.count} ${noun}${alike.count === 1 ? '' : 's'}`;
  const message = `${code}: ${many} in ${printSpan(alike.lastAtMs - alike.firstAtMs)}`;
  const fix = fixOf(code, secret);
  return { status: 'False', reason: 'Refused', message: fix === undefined ? message : `${message}; ${fix}` };
}

function delivered({ noun, secret }: DeliveringInput, { code }: Pick<Refusals, 'code'>): Found {
  const found = { status: 'True', reason: 'Delivered' } as const;
  if (code === undefined) return { ...found, message: acceptedMessage(noun) };
  const fix = fixOf(code, secret);
  const why = fix === undefined ? code : `${code}: ${fix}`;
  return { ...found, message: `The last ${noun} was refused, fewer than ${IN_A_ROW} in a row; ${why}` };
}

function printSpan(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
