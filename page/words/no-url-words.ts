/** Why a Receiver is shown without a URL. */
import type { ObjectView } from '../api/types.ts';
import { capitalized } from './capitalized.ts';
import { conditionOf } from './health.ts';

export function noUrlWords(item: ObjectView): string {
  const exposed = conditionOf(item, 'Exposed');
  if (exposed === undefined) return 'Not known yet';
  return exposed.status === 'False' ? capitalized(exposed.message) : 'Not yours to see';
}
