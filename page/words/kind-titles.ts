/** The kinds as people write them, by the segment of a path that names each. */
import type { KindPath } from '../api/types.ts';

export const kindTitles: Readonly<Record<KindPath, string>> = {
  receivers: 'Receivers',
  brokerreceivers: 'BrokerReceivers',
  alerts: 'Alerts',
};
