/** Writes the registry of provider types as a table of the documentation. */

import type { ProviderPurpose } from '../../operator/alerts/provider-type.ts';
import { providerTypes } from '../../operator/alerts/providers/index.ts';
import { table } from './reference/table.ts';

const HEAD = ['type', 'service', 'takes', '`address`', '`channel`', 'keys of the Secret'];

/** Which events a purpose takes (operator/alerts/matching/gates.ts). */
const TAKES: Readonly<Record<ProviderPurpose, string>> = {
  message: 'events',
  forward: 'events, and updates of commit statuses',
  'commit status': 'events with a commit, updates of commit statuses, and errors',
  'change request': 'events with a change request',
};

/** A row for each type, in the order of the registry. */
export function providerTypesTable(): string {
  const rows = [...providerTypes.values()].map(({ name, description, purpose = 'message', settings }) => [
    `[\`${name}\`](../examples/providers/${name}.yaml)`,
    description,
    TAKES[purpose],
    ...[settings.address, settings.channel, settings.secret].map((text) => text ?? '–'),
  ]);
  return table(HEAD, rows);
}
