import { flagTable } from '../../../operator/config.ts';

/** Every flag. */
export function flagsPage(): string {
  return `# Flags

A flag is written \`--name=value\` or \`--name value\`. [Configuration](../configuration.md) says how they go together.

${flagTable()}
`;
}
