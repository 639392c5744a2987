/** `sluice replay`: has a delivery go through today's filters and targets once more. */
import type { RecordView } from '../deliveries/records/record-view.ts';
import { connect, hasToken, SERVER_USAGE, serverOptions } from './api-client.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { deliveryTable } from './delivery-table.ts';
import { namedObject, noMore, oneOf, readWords } from './words.ts';

const FORMATS = ['text', 'json'] as const;

export const replayCommand: Command = {
  usage: `sluice replay NAMESPACE/NAME ID [flags]

Sends the kept body of a delivery through the filters and targets of the Receiver as they are now. It needs a token with the
right to create receivers/replay, and an operator with --page-actions. Exit code 1: the replay was refused.

  -o, --output FORMAT     text (default) or json
${SERVER_USAGE}`,
  async run(words, { env }) {
    const { values, positionals } = readWords(words, { output: { type: 'string', short: 'o' }, ...serverOptions });
    const [word, id, ...more] = positionals;
    noMore(more);
    const { namespace, name } = namedObject(word);
    if (id === undefined)
      throw new CommandError('ID is missing: of a delivery, as sluice deliveries -o wide lists them');
    const format = oneOf(FORMATS, values.output ?? 'text', '--output');
    if (!hasToken(values, env)) {
      throw new CommandError('a replay needs a token, over loopback too; give one with --token-file or SLUICE_TOKEN');
    }
    const path = `/receivers/${namespace}/${name}/deliveries/${encodeURIComponent(id)}/replay`;
    const record = await connect(values, env).post<RecordView>(path, {});
    const exitCode = record.verdict === 'refused' ? 1 : 0;
    return { output: format === 'json' ? `${JSON.stringify(record, undefined, 2)}\n` : textOf(record), exitCode };
  },
};

function textOf(record: RecordView): string {
  const table = deliveryTable([record], { withId: true });
  const targets = record.targets.map(
    ({ ref, outcome, code }) => `${ref}: ${[outcome, code].filter(Boolean).join(' ')}`,
  );
  return [table.header, table.row(record), ...targets, ''].join('\n');
}
