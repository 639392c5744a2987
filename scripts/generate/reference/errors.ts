import { errorTable } from '../../../operator/api/errors.ts';
import { fixOf } from '../../../operator/api/fixes.ts';
import { table } from './table.ts';

/** Every code, what a sender is answered, and the outcome of a broker's message. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable)
    .filter(([, entry]) => entry.condition === undefined)
    .map(([code, entry]) => [
      `\`${code}\``,
      entry.closes ? 'connection closed' : String(entry.status ?? '–'),
      entry.outcome ?? '–',
      entry.meaning,
      fixOf(code) ?? '–',
    ]);
  return `# Error codes

A refused request is counted in \`sluice_webhooks_total\` with the code as \`result\`, and logged with it as \`code\`. The
answer has the status and no body. A code without a status and an outcome is that of a notification. The column *message* says what becomes of a broker's message that ends with the code:
\`done\` is acknowledged, \`poison\` goes to the dead letters, \`failing\` is tried again up to \`maxAttempts\`, \`away\` is
held until the API server is back. The column *what to do* is what the condition \`Delivering\`, its Events, the page and the
command line say of a delivery with the code.

${table(['code', 'status', 'message', 'meaning', 'what to do'], rows)}
`;
}
