import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleTo } from '../../../scripts/bundle.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles a program that finds packages as if it were a file of the operator, and returns the bundle's path. */
async function bundled(code: string): Promise<string> {
  const entry = join(folder, 'entry.ts');
  writeFileSync(
    entry,
    code.replaceAll(/from '(?![.\w]*:)([^']+)'/g, (_all, name) => `from '${ROOT}/node_modules/${name}'`),
  );
  return bundleTo(entry, join(folder, 'out', 'operator.js'));
}

function run(file: string) {
  return spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: folder, env: { HOME: folder } });
}

describe('bundleTo', () => {
  it('makes one file that runs where there is no node_modules, and a source map', async () => {
    const file = await bundled(`import express from 'express'; console.log(typeof express().get);`);
    expect(run(file)).toMatchObject({ status: 0, stdout: 'function\n', stderr: '' });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['operator.js', 'operator.js.map']);
    expect(readFileSync(file, 'utf8')).toContain('//# sourceMappingURL=operator.js.map');
  });

  it('names the commit that it is made of, whatever its environment says', async () => {
    const file = await bundled(`console.log(process.env.SLUICE_REVISION);`);
    const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
    const env = { HOME: folder, SLUICE_REVISION: 'another' };
    expect(spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: folder, env })).toMatchObject({ stdout });
  });

  it('keeps the framework and KubeConfig working, and leaves the generated API out', async () => {
    const entry = join(ROOT, 'operator', 'kube', 'operator-base.ts');
    const file = await bundleTo(entry, join(folder, 'operator-base.mjs'));
    expect(readFileSync(file, 'utf8')).not.toContain('V1PodSpec');
    writeFileSync(
      join(folder, 'use.mjs'),
      `import { OperatorBase } from ${JSON.stringify(file)}; console.log(typeof OperatorBase.prototype.start);`,
    );
    expect(run(join(folder, 'use.mjs'))).toMatchObject({ status: 0, stdout: 'function\n', stderr: '' });
  });

  it("does not load Node's own undici with node:http, nor keep two bytes a character", async () => {
    const file = await bundled(
      `import { createServer } from 'node:http'; /* → */
      console.log(typeof createServer, process.moduleLoadList.some((name) => name.includes('undici')));`,
    );
    expect(run(file)).toMatchObject({ status: 0, stdout: 'function false\n', stderr: '' });
    expect(Buffer.byteLength(readFileSync(file, 'utf8'))).toBe(readFileSync(file, 'utf8').length);
  });

  it('leaves out what the operator never runs, and the operator starts without it', async () => {
    const file = await bundleTo(join(ROOT, 'operator', 'main.ts'), join(folder, 'out', 'operator.js'));
    const text = readFileSync(file, 'utf8');
    const parts = ['iconv-lite', 'lib/web/websocket', 'lib/mock', 'lib/milo', '@opentelemetry/api/build'];
    expect(parts.filter((part) => text.includes(part))).toEqual([]);
    expect(Buffer.byteLength(text)).toBe(text.length);
    expect(run(file)).toMatchObject({ status: 1, stderr: expect.stringContaining('no cluster to talk to') });
  });

  it('makes a file of each client, which the operator does not have and which runs alone', async () => {
    const file = await bundleTo(join(ROOT, 'operator', 'main.ts'), join(folder, 'out', 'operator.js'));
    expect(readFileSync(file, 'utf8')).not.toContain('ProtobufWriter');
    const sources = readdirSync(join(ROOT, 'operator'), { recursive: true, encoding: 'utf8' });
    const clients = sources
      .flatMap((path) => /\/clients\/([\w-]+)\.ts$/.exec(path)?.[1] ?? [])
      .map((name) => `${name}.mjs`);
    const made = readdirSync(join(folder, 'out', 'clients')).filter((name) => !name.endsWith('.map'));
    expect(made.sort()).toEqual([...new Set(clients)].sort());
    for (const name of made) {
      const use = join(folder, `use-${name}`);
      writeFileSync(use, `import * as all from './out/clients/${name}'; console.log(Object.keys(all).length > 0);`);
      expect(run(use)).toMatchObject({ status: 0, stdout: 'true\n', stderr: '' });
    }
  });

  it('says where and why it cannot, and writes nothing', async () => {
    await expect(bundled(`import 'node:fs'; const 1;`)).rejects.toThrow(/entry\.ts:1:/);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});
