/**
 * Writes test/unit/cel/cel-table.json: what the real cel-go answers to the questions of test/support/cel-questions.ts.
 * Needs Go, to build test/support/cel-go.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineProgress } from '../control-plane/progress.ts';
import { askCelGo, findCelGo } from '../test/support/cel-go.ts';

const ROOT = join(import.meta.dirname, '..');
const TABLE = join(ROOT, 'test', 'unit', 'cel', 'cel-table.json');

const answers = await askCelGo(await findCelGo(lineProgress()));
await writeFile(TABLE, `[\n${answers.map((answer) => `  ${JSON.stringify(answer)}`).join(',\n')}\n]\n`);
const biome = join(ROOT, 'node_modules', '.bin', 'biome');
const formatted = spawnSync(biome, ['format', '--write', TABLE], { stdio: 'inherit' });
if (formatted.status !== 0) process.exit(1);
console.log(`${answers.length} answers`);
