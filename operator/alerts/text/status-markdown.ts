/** Writes an event as the contract's *Markdown*. */
import type { FluxEvent } from '../flux-event.ts';
import { objectPath } from './object-label.ts';

/** @param asText writes text in the markup of the service. */
export function statusMarkdown(event: FluxEvent, asText: (text: string) => string): string {
  const emoji = event.severity === 'error' ? '⚠️' : 'ℹ️';
  const lines = [...event.metadata]
    .filter(([key]) => key !== 'change_request')
    .map(([key, value]) => `* \`${key}\`: ${asText(value)}\n`);
  const head = `## Flux Status\n\n${emoji} ${objectPath(event)}`;
  return `${head}\n\n${asText(event.message)}\n\nMetadata:\n${lines.join('')}`;
}
