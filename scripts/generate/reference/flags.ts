import { flagTable } from '../../../operator/config.ts';

/** Every flag. */
export function flagsPage(): string {
  return `# Flags

[Configuration](../configuration.md) describes how to write flags and which flags go together.

${flagTable()}
`;
}
