import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Installation, installOnce } from '../../../../scripts/brokers/install-once.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'sluice-brokers-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

const quiet = () => undefined;
const installation = (...commands: Installation['commands']): Installation => ({
  name: 'thing',
  content: '1',
  files: { 'in.txt': 'a' },
  commands,
});

test('runs the commands once, in a folder that has the files', async () => {
  const lines: string[] = [];
  const once = installation(['sh', '-c', 'cat in.txt >> out.txt']);
  const folder = await installOnce(once, (line) => lines.push(line));
  expect(await installOnce(once, (line) => lines.push(line))).toBe(folder);
  expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe('a');
  expect(lines).toEqual(['installing thing (once per version): 0s']);
});

test('begins anew after a failure, in an empty folder', async () => {
  const flaky = installation(['sh', '-c', `test -e ${join(cache, 'ready')} || { touch leftover; exit 1; }`]);
  await expect(installOnce(flaky, quiet)).rejects.toThrow('exit code 1');
  await installOnce(installation(['touch', join(cache, 'ready')]), quiet);
  const folder = await installOnce(flaky, quiet);
  await expect(readFile(join(folder, 'leftover'))).rejects.toThrow('ENOENT');
});

test.each([
  [['sh', '-c', 'echo "[ERROR] no such jar" >&2; echo more >&2; exit 3'], 'sh failed: [ERROR] no such jar'],
  [['sh', '-c', 'echo trying; echo last word; exit 3'], 'sh failed: last word'],
  [['no-such-program'], 'no-such-program cannot be run: spawn no-such-program ENOENT'],
] as const)('says in one line why %j cannot be had', async (command, reason) => {
  await expect(installOnce(installation(command), quiet)).rejects.toThrow(new Error(`thing cannot be had: ${reason}`));
});
