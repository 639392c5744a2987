// `npm run check`: format, lint, imports, types, unused code, supply chain and generated files. Runs all, then fails if
// any failed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

interface Check {
  readonly name: string;
  /** A program of node_modules/.bin or a script, and its arguments. */
  readonly command: readonly [file: string, ...args: string[]];
}

const ROOT = join(import.meta.dirname, '..');
const tool = (name: string): string => join(ROOT, 'node_modules', '.bin', name);

const COLORS = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

const CHECKS: readonly Check[] = [
  { name: 'format, lint, imports', command: [tool('biome'), 'ci', COLORS, '--error-on-warnings', '.'] },
  { name: 'types', command: [tool('tsc'), '--noEmit', '-p', '.'] },
  { name: "the page's types", command: [tool('tsc'), '--noEmit', '-p', 'page'] },
  { name: 'unused', command: [tool('knip')] },
  { name: 'supply chain', command: [process.execPath, join('scripts', 'supply-chain.ts')] },
  { name: 'generated files', command: [process.execPath, join('scripts', 'generate.ts'), '--check'] },
];

const failed: string[] = [];
for (const check of CHECKS) {
  const started = Date.now();
  const { passed, output } = await run(check.command);
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${check.name}  ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (!passed) {
    failed.push(check.name);
    console.log(output.trim());
  }
}
if (failed.length > 0) {
  console.log(`failed: ${failed.join('; ')}`);
  process.exitCode = 1;
}

function run([file, ...args]: Check['command']): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => resolve({ passed: false, output: error.message }));
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });
}
