/** Which events a type of Provider is for (contract, *Gates* 4 to 6). Pure. */
import { controllerKey, EVENT_PREFIX } from '../events/event-metadata.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderPurpose } from '../provider-type.ts';

/** `silent`: not for this type, as expected; else the metadata key that a user has forgotten. */
export type Gate = 'open' | 'silent' | 'no commit' | 'no change request';

/** @param event before its metadata are combined: an Alert's cannot open a gate. */
export function gateFor(event: FluxEvent, purpose: ProviderPurpose): Gate {
  const isUpdate = event.metadata.get(controllerKey(event, 'commit_status')) === 'update';
  if (isUpdate && purpose !== 'commit status' && purpose !== 'forward') return 'silent';
  if (purpose === 'commit status') {
    const hasCommit = Boolean(event.metadata.get(`${EVENT_PREFIX}commit`));
    return hasCommit || isUpdate || event.severity === 'error' ? 'open' : 'no commit';
  }
  if (purpose === 'change request') {
    return event.metadata.get(`${EVENT_PREFIX}change_request`) ? 'open' : 'no change request';
  }
  return 'open';
}
