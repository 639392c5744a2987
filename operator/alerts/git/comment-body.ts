import type { FluxEvent } from '../flux-event.ts';
import { objectPath } from '../text/object-label.ts';
import { truncate } from '../text/truncate.ts';
import { escapeGfm } from './escape-gfm.ts';

/** GitHub's limit; the others take more. */
const MAX_BODY_LENGTH = 65_536;
/** Says which change request an event is for; the comment is there already. */
export const CHANGE_REQUEST = 'change_request';

/** The text of a comment about an event. @param marker by which the comment is found again; an HTML comment. */
export function commentBody(event: FluxEvent, marker: string): string {
  const sign = event.severity === 'error' ? '⚠️' : 'ℹ️';
  const items = [...event.metadata].filter(([key]) => key !== CHANGE_REQUEST);
  const head = `${marker}\n\n## Flux Status\n\n${sign} ${escapeGfm(objectPath(event), false)}`;
  const message = escapeGfm(event.message, true);
  const list = items.map(([key, value]) => `* \`${codeOf(key)}\`: ${escapeGfm(value, false)}\n`).join('');
  return truncate(`${head}\n\n${message}\n\nMetadata:\n${list}`, MAX_BODY_LENGTH);
}

/** Nothing can be escaped in code. */
function codeOf(text: string): string {
  return text.replaceAll('`', "'").replace(/[\r\n]+/g, ' ');
}
