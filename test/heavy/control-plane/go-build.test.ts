import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { goBuild, isBuilt, planGoBuild } from '../../../control-plane/go-build.ts';

let folder: string;
let source: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-go-build-'));
  source = join(folder, 'source');
  cache = join(folder, 'cache');
  writeModule('v1.36.3');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A module with the shape of the real one and none of its weight. */
function writeModule(version: string, main = 'func main() { println("ready") }'): void {
  const kubernetes = join(source, 'kubernetes');
  mkdirSync(kubernetes, { recursive: true });
  writeFileSync(join(kubernetes, 'go.mod'), 'module k8s.io/kubernetes\n\ngo 1.21\n');
  const lines = [
    'module sluice/control-plane',
    'go 1.21',
    `require (\n\tk8s.io/kubernetes ${version}\n)`,
    'replace k8s.io/kubernetes => ./kubernetes',
  ];
  writeFileSync(join(source, 'go.mod'), `${lines.join('\n\n')}\n`);
  writeFileSync(join(source, 'go.sum'), '');
  writeFileSync(join(source, 'main.go'), `package main\n\n${main}\n`);
}

const hasGo = spawnSync('go', ['version']).status === 0;
const needsGo = (skip: (note?: string) => void): void => {
  if (!hasGo) {
    skip('Go is not installed');
  }
};

describe('goBuild', () => {
  it('builds once, however many runs want it at the same time', async ({ skip }) => {
    needsGo(skip);
    const build = planGoBuild(source, cache);
    expect(isBuilt(build)).toBe(false);
    await Promise.all([goBuild(build, () => undefined), goBuild(build, () => undefined)]);
    expect(isBuilt(build)).toBe(true);
    expect(spawnSync(build.file, { encoding: 'utf8' }).stderr).toBe('ready\n');
    expect(readdirSync(dirname(build.file))).toEqual(['control-plane']);
  });

  it('says what the compiler said, and leaves nothing that looks built', async ({ skip }) => {
    needsGo(skip);
    writeModule('v1.36.3', 'func main() { nonsense() }');
    const build = planGoBuild(source, cache);
    await expect(goBuild(build, () => undefined)).rejects.toThrow('undefined: nonsense');
    expect(existsSync(build.file)).toBe(false);
  });
});
