import { errorTable } from '../../../operator/api/errors.ts';
import { table } from './table.ts';

/** Every code, what a sender is answered, and what a message broker would be. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable)
    .filter(([, entry]) => entry.condition === undefined)
    .map(([code, entry]) => [
      `\`${code}\``,
      entry.closes ? 'connection closed' : String(entry.status ?? '–'),
      entry.broker ?? '–',
      entry.meaning,
    ]);
  return `# Error codes

A refused request is counted in \`sluice_webhooks_total\` with the code as \`result\`, and logged with it as \`code\`. The
answer has the status and no body. The column *broker* says what a message broker is answered for a message that fails
with the code: \`acknowledge\` drops the message, \`again\` has it delivered later, \`reject\` sends it to the dead letters.

${table(['code', 'status', 'broker', 'meaning'], rows)}
`;
}
