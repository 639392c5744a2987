/**
 * Writes test/unit/cel/cel-table.json: what the real cel-go answers to the questions of test/support/cel-questions.ts.
 * Needs the control plane that is built from control-plane/.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineProgress } from '../control-plane/progress.ts';
import { askCelGo, findCelGo } from '../test/support/cel-go.ts';

const ROOT = join(import.meta.dirname, '..');
const TABLE = join(ROOT, 'test', 'unit', 'cel', 'cel-table.json');

const command = await findCelGo(lineProgress());
if (typeof command === 'string') {
  console.error(command);
  process.exit(1);
}
const answers = await askCelGo(command);
await writeFile(TABLE, `[\n${answers.map((answer) => `  ${JSON.stringify(answer)}`).join(',\n')}\n]\n`);
const biome = join(ROOT, 'node_modules', '.bin', 'biome');
const formatted = spawnSync(biome, ['format', '--write', TABLE], { stdio: 'inherit' });
if (formatted.status !== 0) process.exit(1);
console.log(`${answers.length} answers`);
