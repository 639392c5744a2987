/** The text of an explanation: indented, a line each. */
import type { TraceNode } from '../../../cel/cel.ts';
import type { ExplainedTarget, Explanation } from './explanation.ts';

/** @param receiver `namespace/name`. */
export function explanationText(receiver: string, { request, targets, answer }: Omit<Explanation, 'text'>): string {
  const event = request.event === '' ? 'none' : request.event;
  return [
    `Receiver ${receiver}: ${answer.status} ${answer.code}`,
    `  type: ${request.type}`,
    // The same request has the same text, whether or not it is asked where the Receiver is served.
    ...(request.path === 'unknown' ? ['  path: unknown'] : []),
    `  proof: ${request.proof}`,
    `  content type: ${request.contentType === '' ? 'none' : request.contentType}`,
    `  event: ${event}${request.eventListed ? '' : ' (not in spec.events)'}`,
    ...(targets.length === 0 ? ['No target is selected'] : targets.map(({ text }) => text)),
    '',
  ].join('\n');
}

/** @param note what people should know beside the outcome. */
export function targetText({ ref, entry, outcome, code, tree }: Omit<ExplainedTarget, 'text'>, note?: string): string {
  const notes = [...(outcome === 'refused' ? [code] : []), ...(note === undefined ? [] : [note])];
  const cause = notes.length === 0 ? '' : ` (${notes.join(': ')})`;
  const filters = Object.entries(tree).flatMap(([field, node]) => [`  ${field}`, ...traceLines(node, '    ')]);
  return [`${ref} by ${entry}: ${outcome}${cause}`, ...filters].join('\n');
}

/** `*`: the condition that decides. Line breaks of a filter are spaces. */
function traceLines(node: TraceNode, indent: string): string[] {
  const result = node['not evaluated'] ? 'not evaluated' : (node.error ?? JSON.stringify(node.value));
  const line = `${indent}${node.decides ? '* ' : '- '}${node.text.replaceAll(/\s+/g, ' ')} → ${result}`;
  return [line, ...node.children.flatMap((child) => traceLines(child, `${indent}  `))];
}
