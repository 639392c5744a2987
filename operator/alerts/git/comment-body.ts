import type { FluxEvent } from '../flux-event.ts';
import { statusMarkdown } from '../text/status-markdown.ts';
import { truncate } from '../text/truncate.ts';
import { escapeGfm } from './escape-gfm.ts';

/** GitHub's limit; the others take more. */
const MAX_BODY_LENGTH = 65_536;

/** The text of a comment about an event. @param marker by which the comment is found again; an HTML comment. */
export function commentBody(event: FluxEvent, marker: string): string {
  return truncate(`${marker}\n\n${statusMarkdown(event, escapeGfm)}`, MAX_BODY_LENGTH);
}
