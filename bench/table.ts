/** The table: this run's figures beside their limits, the last committed ones, the targets, and the original's. */
import type { Results } from './results.ts';
import { type Figure, limitOf, type Row, reaches } from './row.ts';

const HEADS = ['work', 'figure', 'this run', 'limit', 'last', 'to reach', 'original', ''] as const;

/** As Markdown. Rows without a figure of this run are left out. */
export function tableOf(rows: readonly Row[], results: Results, last: Results | undefined): string {
  const lines = rows.flatMap((row) => {
    const values = results.rows[row.name];
    return values === undefined
      ? []
      : row.figures.map((figure, index) => lineOf(row, index, figure, { now: values, last: last?.rows[row.name] }));
  });
  return render([HEADS, HEADS.map(() => '---'), ...lines]);
}

type Values = Readonly<Record<string, number>>;

function lineOf(row: Row, index: number, figure: Figure, values: { now: Values; last: Values | undefined }): string[] {
  const value = values.now[figure.name] ?? Number.NaN;
  const limit = limitOf(figure, values.now);
  return [
    index === 0 ? row.title : '',
    figure.title,
    format(value),
    format(limit),
    format(values.last?.[figure.name]),
    `${figure.atLeast ? '≥' : '≤'} ${format(figure.target)}`,
    format(figure.original),
    verdictOn(figure, value, limit),
  ];
}

function verdictOn(figure: Figure, value: number, limit: number | undefined): string {
  if (reaches(figure, value)) return '';
  return limit === undefined || reaches(figure, limit) ? 'missed' : 'missed, by the limit too';
}

function render(lines: readonly (readonly string[])[]): string {
  const widths = HEADS.map((_head, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => {
      const cells = line.map((cell, column) =>
        (cell === '---' ? '-' : cell).padEnd(widths[column] ?? 0, cell === '---' ? '-' : ' '),
      );
      return `| ${cells.join(' | ')} |`;
    })
    .join('\n');
}

/** Three figures that count. */
export function format(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(Math.abs(value) >= 0.01 ? 3 : 1);
}
