/** The kinds as people write them, by the segment of a path that names each. */
import type { KindPath } from '../api/types.ts';

export const kindTitles: Readonly<Record<KindPath, string>> = {
  receivers: 'Receivers',
  brokerreceivers: 'BrokerReceivers',
  alerts: 'Alerts',
};

/** What `ResolvedRefs` is about. */
export const targetsTitles: Readonly<Record<KindPath, string>> = {
  receivers: 'Targets',
  brokerreceivers: 'Targets',
  alerts: 'Provider and sources',
};
