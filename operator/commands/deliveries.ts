/** `sluice deliveries`: what came for an object, or for all, and what became of it. */
import type { List } from '../deliveries/api/list.ts';
import type { RecordView } from '../deliveries/records/record-view.ts';
import { type ApiClient, connect, SERVER_USAGE, serverOptions } from './api-client.ts';
import type { Command, CommandContext, CommandOutcome } from './command.ts';
import { CommandError } from './command-error.ts';
import { type DeliveryTable, deliveryTable, type TableOptions } from './delivery-table.ts';
import { namedObject, noMore, oneOf, readWords } from './words.ts';

const KINDS = ['receivers', 'brokerreceivers', 'alerts'] as const;
const VERDICTS = ['accepted', 'pending', 'refused', 'ignored'] as const;
const FORMATS = ['table', 'wide', 'json'] as const;
/** Objects whose deliveries are asked for at the same time. */
const WIDTH = 4;

export const deliveriesCommand: Command = {
  usage: `sluice deliveries [NAMESPACE/NAME] [flags]

Lists the deliveries that are remembered, of one object or of all, from the newest to the oldest.

  -w, --watch             print those that come, and those that change, until it is interrupted
      --kind KIND         receivers (default), brokerreceivers or alerts
      --verdict VERDICT   only those that are accepted, pending, refused or ignored
  -o, --output FORMAT     table (default), wide (with the ids that explain and replay take) or json
${SERVER_USAGE}`,
  async run(words, context) {
    const query = readQuery(words, context);
    const { items, notices } = await listed(query);
    if (query.watch) return await watch(query, items, context);
    if (query.format === 'json')
      return { output: `${JSON.stringify({ items }, undefined, 2)}\n`, notices, exitCode: 0 };
    const table = deliveryTable(items, tableOptions(query));
    const lines = items.length === 0 ? [] : [table.header, ...items.map(table.row)];
    return { output: lines.map((line) => `${line}\n`).join(''), notices, exitCode: 0 };
  },
};

interface Query {
  readonly api: ApiClient;
  readonly kind: (typeof KINDS)[number];
  /** Of the object; undefined: all of the kind. */
  readonly path: string | undefined;
  readonly verdict: RecordView['verdict'] | undefined;
  readonly watch: boolean;
  readonly format: (typeof FORMATS)[number];
}

const SINGULAR: Readonly<Record<(typeof KINDS)[number], string>> = {
  receivers: 'Receiver',
  brokerreceivers: 'BrokerReceiver',
  alerts: 'Alert',
};

function readQuery(words: readonly string[], { env }: CommandContext): Query {
  const { values, positionals } = readWords(words, {
    watch: { type: 'boolean', short: 'w' },
    kind: { type: 'string' },
    verdict: { type: 'string' },
    output: { type: 'string', short: 'o' },
    ...serverOptions,
  });
  const { kind: written = 'receivers', verdict, watch = false, output = 'table' } = values;
  const [word, ...more] = positionals;
  noMore(more);
  const kind = oneOf(KINDS, written.toLowerCase().replace(/([^s])$/, '$1s'), '--kind');
  const object = word === undefined ? undefined : namedObject(word);
  return {
    api: connect(values, env),
    kind,
    path: object && `/${kind}/${object.namespace}/${object.name}`,
    verdict: verdict === undefined ? undefined : oneOf(VERDICTS, verdict, '--verdict'),
    watch,
    format: oneOf(FORMATS, output, '--output'),
  };
}

function tableOptions({ path, format }: Query): TableOptions {
  return { withObject: path === undefined, withId: format === 'wide' };
}

interface Listed {
  /** From the newest to the oldest. */
  readonly items: readonly RecordView[];
  readonly notices: readonly string[];
}

async function listed({ api, kind, path, verdict }: Query): Promise<Listed> {
  const paths =
    path === undefined ? (await whole<Named>(api, `/${kind}`)).items.map((each) => pathOf(kind, each)) : [path];
  const query = verdict === undefined ? '' : `verdict=${verdict}`;
  const lists: Whole<RecordView>[] = [];
  for (let begin = 0; begin < paths.length; begin += WIDTH) {
    const some = paths.slice(begin, begin + WIDTH);
    lists.push(...(await Promise.all(some.map((each) => whole<RecordView>(api, `${each}/deliveries`, query)))));
  }
  const items = lists.flatMap((list) => list.items).sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
  return { items, notices: noticesOf(lists, items.length) };
}

interface Named {
  readonly object: { readonly namespace: string; readonly name: string };
}

function pathOf(kind: string, { object: { namespace, name } }: Named): string {
  return `/${kind}/${namespace}/${name}`;
}

type Whole<T> = Pick<List<T>, 'items' | 'partial' | 'recordingSince'>;

async function whole<T>(api: ApiClient, path: string, query = ''): Promise<Whole<T>> {
  const items: T[] = [];
  for (let next = ''; ; ) {
    const continued = next === '' ? [] : [`continue=${encodeURIComponent(next)}`];
    const part = await api.get<List<T>>(`${path}?${[query, ...continued].filter(Boolean).join('&')}`);
    items.push(...part.items);
    next = part.continue;
    if (!next) return { ...part, items };
  }
}

function noticesOf(lists: readonly Whole<RecordView>[], count: number): string[] {
  const partial = [...new Set(lists.flatMap((list) => list.partial))].sort();
  const since = lists.flatMap(({ recordingSince }) => Object.values(recordingSince)).sort()[0];
  return [
    ...(count === 0 ? [`no deliveries are remembered${since === undefined ? '' : ` since ${since}`}`] : []),
    ...(partial.length === 0 ? [] : [`replicas that did not answer, whose part is missing: ${partial.join(', ')}`]),
  ];
}

async function watch(query: Query, items: readonly RecordView[], context: CommandContext): Promise<CommandOutcome> {
  const { api, kind, path, verdict, format } = query;
  const table = deliveryTable([], tableOptions(query));
  if (format !== 'json') context.write(`${table.header}\n`);
  const shown = new Map<string, string>();
  const show = (record: RecordView): void => {
    if (verdict !== undefined && record.verdict !== verdict) return;
    const line = lineOf(record, table, format);
    if (shown.get(record.id) !== line) context.write(line);
    remember(shown, record.id, line);
  };
  for (const record of items.toReversed()) show(record);
  // What came since it was listed comes first.
  const newest = [BEFORE_ALL, ...items.map(({ id }) => id)].sort().at(-1);
  for await (const record of api.stream<RecordView>(`${path ?? ''}/stream`, newest)) {
    if (path !== undefined || record.object.kind === SINGULAR[kind]) show(record);
  }
  throw new CommandError('the server ended the stream; call it again');
}

function lineOf(record: RecordView, table: DeliveryTable, format: Query['format']): string {
  return `${format === 'json' ? JSON.stringify(record) : table.row(record)}\n`;
}

/** An id that is before that of every record. */
const BEFORE_ALL = '0'.repeat(28);

const MAX_REMEMBERED = 1_000;

/** The newest, to show a record again where it has changed alone. */
function remember(shown: Map<string, string>, id: string, line: string): void {
  shown.delete(id);
  shown.set(id, line);
  const [oldest] = shown.keys();
  if (shown.size > MAX_REMEMBERED && oldest !== undefined) shown.delete(oldest);
}
