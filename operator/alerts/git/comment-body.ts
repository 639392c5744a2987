import type { FluxEvent } from '../flux-event.ts';
import { statusMarkdown } from '../text/status-markdown.ts';
import { truncate } from '../text/truncate.ts';
import { escapeGfm } from './escape-gfm.ts';

/** GitHub's limit; the others take more. */
const MAX_BODY_LENGTH = 65_536;

/** The text of a comment about an event. @param marker by which the comment is found again; an HTML comment. */
export function commentBody(event: FluxEvent, marker: string): string {
  // What is cut in the end need not be escaped before, which takes a second for a few megabytes.
  const shortened = { ...event, message: truncate(event.message, MAX_BODY_LENGTH) };
  return truncate(`${marker}\n\n${statusMarkdown(shortened, escapeGfm)}`, MAX_BODY_LENGTH);
}
