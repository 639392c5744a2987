/** The flags as text: for a terminal, and as tables for the documentation. */
import { type Flag, flagGroups } from './flag.ts';
import { flagList } from './flags.ts';

const INTRODUCTION = `Sluice turns a push into an immediate reconcile: it serves Flux's webhook Receivers.

Usage: sluice [--flag value | --flag=value]...

The cluster is that of the ServiceAccount it runs as; outside of one, that of KUBECONFIG or ~/.kube/config.
Its own namespace is RUNTIME_NAMESPACE, else its ServiceAccount's, else flux-system.`;

const own = [
  ['--help', 'This text'],
  ['--version', 'The version'],
] as const;

/** What `--help` prints. */
export function helpText(): string {
  const lines = flagGroups.map((group) => [group, inGroup(group).map((flag) => [left(flag), right(flag)])] as const);
  const width = Math.max(...flagList.map((flag) => left(flag).length));
  const blocks = [...lines, ['Help', own] as const].map(
    ([group, rows]) =>
      `${group}:\n${rows.map(([name = '', text = '']) => `  ${name.padEnd(width)}  ${text}`).join('\n')}`,
  );
  return `${[INTRODUCTION, ...blocks].join('\n\n')}\n`;
}

/** The same as Markdown: a heading of the third level and a table for each group. */
export function flagTable(): string {
  const sections = flagGroups.map((group) => {
    const rows = inGroup(group).map(
      (flag) => `| \`--${flag.name}\` | ${cell(flag.type)} | ${defaultCell(flag)} | ${cell(flag.help)} |`,
    );
    return [`### ${group}`, '', '| flag | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  });
  return sections.join('\n\n');
}

function inGroup(group: string): readonly Flag<unknown>[] {
  return flagList.filter((flag) => flag.group === group);
}

function left(flag: Flag<unknown>): string {
  return flag.alone ? `--${flag.name}[=false]` : `--${flag.name} ${flag.type}`;
}

function right(flag: Flag<unknown>): string {
  return flag.default === '' ? flag.help : `${flag.help} (default ${flag.default})`;
}

function defaultCell(flag: Flag<unknown>): string {
  return flag.default === '' ? '' : `\`${flag.default}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
