/** Writes an event as the contract's *Markdown*. */
import type { FluxEvent } from '../flux-event.ts';
import { objectPath } from './object-label.ts';

/** Says which change request an event is for; who reads it there knows. */
export const CHANGE_REQUEST = 'change_request';

/** Writes text in the markup of the service. @param isLineStart it stands at the beginning of a line. */
export type WriteText = (text: string, isLineStart: boolean) => string;

export function statusMarkdown(event: FluxEvent, asText: WriteText): string {
  const emoji = event.severity === 'error' ? '⚠️' : 'ℹ️';
  const lines = [...event.metadata]
    .filter(([key]) => key !== CHANGE_REQUEST)
    .map(([key, value]) => `* \`${codeOf(key)}\`: ${asText(value, false)}\n`);
  const head = `## Flux Status\n\n${emoji} ${asText(objectPath(event), false)}`;
  return `${head}\n\n${asText(event.message, true)}\n\nMetadata:\n${lines.join('')}`;
}

/** Nothing can be escaped in code. */
function codeOf(text: string): string {
  return text.replaceAll('`', "'").replace(/[\r\n]+/g, ' ');
}
