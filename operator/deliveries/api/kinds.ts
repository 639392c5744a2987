/** The kinds whose deliveries are shown, by the segment of a path that names each. */
import { ALERT_KIND, ALERT_PLURAL } from '../../api/alert/alert.ts';
import { BROKER_RECEIVER_KIND, BROKER_RECEIVER_PLURAL } from '../../api/broker-receiver/broker-receiver.ts';
import { GROUP, SLUICE_GROUP } from '../../api/meta.ts';
import { RECEIVER_KIND, RECEIVER_PLURAL } from '../../api/receiver/receiver.ts';

export interface ShownKind {
  readonly kind: string;
  readonly plural: string;
  /** Of the API, in which its virtual subresources are too. */
  readonly group: string;
}

export const shownKinds: readonly ShownKind[] = [
  { kind: RECEIVER_KIND, plural: RECEIVER_PLURAL, group: GROUP },
  { kind: BROKER_RECEIVER_KIND, plural: BROKER_RECEIVER_PLURAL, group: SLUICE_GROUP },
  { kind: ALERT_KIND, plural: ALERT_PLURAL, group: GROUP },
];

/** @param plural of a path; undefined where nothing is shown of it. */
export function shownKindAt(plural: string): ShownKind | undefined {
  return shownKinds.find((shown) => shown.plural === plural);
}

export function shownKindOf(kind: string): ShownKind | undefined {
  return shownKinds.find((shown) => shown.kind === kind);
}
