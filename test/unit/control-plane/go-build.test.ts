import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, planGoBuild } from '../../../control-plane/go-build.ts';

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

describe('planGoBuild', () => {
  it('names Kubernetes and this machine in the key', () => {
    const { file, title } = planGoBuild(source, cache);
    expect(title).toContain('Kubernetes v1.36.3');
    expect(file.slice(cache.length)).toMatch(/^\/v1\.36\.3-[0-9a-f]{16}-\w+-\w+\/control-plane$/);
    expect(file).toContain(`-${process.platform}-${process.arch}`);
  });

  it('passes the version to the linker, so that the API server says which it is', () => {
    const { args } = planGoBuild(source, cache);
    expect(args.at(-1)).toContain('-X k8s.io/component-base/version.gitVersion=v1.36.3');
    expect(args.at(-1)).toContain('version.gitMinor=36');
  });

  it('gives the same place for the same sources', () => {
    expect(planGoBuild(source, cache)).toEqual(planGoBuild(source, cache));
  });

  it.each([
    ['a Go file changes', () => writeFileSync(join(source, 'main.go'), 'package main\n')],
    ['a Go file is added', () => writeFileSync(join(source, 'more.go'), 'package main\n')],
    ['go.sum changes', () => writeFileSync(join(source, 'go.sum'), 'x\n')],
    ['the version changes', () => writeModule('v1.37.0')],
  ])('gives another place when %s', (_name, change) => {
    const before = planGoBuild(source, cache).file;
    change();
    expect(planGoBuild(source, cache).file).not.toBe(before);
  });

  it('keeps the place when a file that Go does not build changes', () => {
    const before = planGoBuild(source, cache).file;
    writeFileSync(join(source, 'start.ts'), '');
    expect(planGoBuild(source, cache).file).toBe(before);
  });

  it('refuses a go.mod without a released Kubernetes', () => {
    writeModule('v1.36.0-rc.1');
    expect(() => planGoBuild(source, cache)).toThrow('requires no released k8s.io/kubernetes');
  });

  it('plans the real control plane', () => {
    expect(planGoBuild().title).toMatch(/Kubernetes v1\.\d+\.\d+,/);
  });
});

describe('cacheFolder', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/var/cache/jane' }, '/var/cache/jane/sluice/control-plane'],
    [{ XDG_CACHE_HOME: '' }, expect.stringMatching(/\/\.cache\/sluice\/control-plane$/)],
    [{}, expect.stringMatching(/\/\.cache\/sluice\/control-plane$/)],
  ])('with %o is %s', (env, expected) => {
    expect(cacheFolder(env)).toEqual(expected);
  });
});
