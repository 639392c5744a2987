/** Deliveries as a table for people. */
import type { RecordView } from '../deliveries/records/record-view.ts';

export interface DeliveryTable {
  readonly header: string;
  row(record: RecordView): string;
}

interface Column {
  readonly title: string;
  /** Of most of its values. */
  readonly width: number;
  readonly text: (record: RecordView) => string;
}

const SHA_LENGTH = 12;

const OBJECT: Column = {
  title: 'OBJECT',
  width: 30,
  text: ({ object: { namespace, name } }) => `${namespace}/${name}`,
};

const ID: Column = { title: 'ID', width: 0, text: ({ id }) => id };

const COLUMNS: readonly Column[] = [
  { title: 'TIME', width: 20, text: ({ lastAt }) => `${lastAt.slice(0, 19)}Z` },
  { title: 'VERDICT', width: 8, text: ({ verdict }) => verdict },
  { title: 'CODE', width: 20, text: ({ code, repeated }) => (repeated > 1 ? `${code} (${repeated})` : code) },
  { title: 'EVENT', width: 20, text: ({ event = '-' }) => event },
  { title: 'REVISION', width: 24, text: revisionOf },
  { title: 'STATE', width: 10, text: ({ follow }) => follow?.state ?? '-' },
  { title: 'FROM', width: 15, text: ({ from, origin }) => from ?? origin },
];

export interface TableOptions {
  /** With what each is for. */
  readonly withObject?: boolean;
  /** With the id of each. */
  readonly withId?: boolean;
}

/** @param records that are shown at once, for the widths of columns; none: they are not known yet. */
export function deliveryTable(
  records: readonly RecordView[],
  { withObject = false, withId = false }: TableOptions = {},
): DeliveryTable {
  const all = [...(withObject ? [OBJECT] : []), ...COLUMNS, ...(withId ? [ID] : [])];
  const columns = all.map((column) => {
    const widths = records.map((record) => column.text(record).length);
    const width = records.length === 0 ? column.width : Math.max(column.title.length, ...widths);
    return { ...column, width };
  });
  const line = (text: (column: Column) => string) =>
    columns
      .map((column) => text(column).padEnd(column.width))
      .join('  ')
      .trimEnd();
  return { header: line(({ title }) => title), row: (record) => line((column) => column.text(record)) };
}

/** A commit as git shortens it; with its ref, where that is short. */
function revisionOf({ announced }: RecordView): string {
  const { ref, revision } = announced ?? {};
  const short = revision === undefined ? undefined : shortened(revision);
  const branch = ref?.replace(/^refs\/(heads|tags)\//, '');
  if (short === undefined) return branch ?? '-';
  return branch === undefined ? short : `${branch}@${short}`;
}

function shortened(revision: string): string {
  const [, algorithm = '', hex = revision] = /^(\w+:)?([\da-f]{16,})$/.exec(revision) ?? [];
  return `${algorithm}${hex.slice(0, SHA_LENGTH)}`;
}
