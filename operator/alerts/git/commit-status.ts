/** What the six types of commit statuses write about an event. */
import { DeliveryError } from '../delivery-error.ts';
import type { Notification } from '../provider-type.ts';
import { truncate } from '../text/truncate.ts';
import { commitOf } from './commit-of.ts';
import { reasonWords } from './reason-words.ts';

export interface CommitStatus {
  readonly commit: string;
  /** Distinguishes it from the statuses of other objects. */
  readonly id: string;
  /** The service's word. */
  readonly state: string;
  readonly description: string;
}

export interface StatusWords {
  /** The service, for errors. */
  readonly service: string;
  readonly info: string;
  readonly error: string;
  /** Of the reason `Progressing`; absent: such an event is not for this service. */
  readonly progressing?: string;
  /** A longer one is cut, because the service would refuse it. */
  readonly maxDescriptionLength: number;
}

const PROGRESSING = 'Progressing';

/** @returns undefined: nothing is to be written. @throws DeliveryError final for an event that cannot be a status. */
export function commitStatusOf({ event, statusId }: Notification, words: StatusWords): CommitStatus | undefined {
  const isProgressing = event.reason === PROGRESSING;
  if (isProgressing && words.progressing === undefined) return undefined;
  const commit = commitOf(event);
  const state = isProgressing ? words.progressing : stateOf(event.severity, words);
  if (state === undefined) throw new DeliveryError('final', `can't convert to ${words.service} state`);
  const description = truncate(reasonWords(event.reason), words.maxDescriptionLength);
  return { commit, id: statusId, state, description };
}

function stateOf(severity: string, { info, error }: StatusWords): string | undefined {
  if (severity === 'info') return info;
  return severity === 'error' ? error : undefined;
}
