// What may come in with a dependency: by rules on made-up locks, by the real lock, and by npm with a registry of the test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import lock from '../../../package-lock.json' with { type: 'json' };
import { faultsOfLock, type LockedPackage } from '../../../scripts/supply-chain/faults-of-lock.ts';
import { verdictOfAudit } from '../../../scripts/supply-chain/verdict-of-audit.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const good: LockedPackage = { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAAA' };
const { integrity: _integrity, ...loose } = good;
const { license: _license, ...nameless } = good;

describe('a lock file', () => {
  const rows: readonly [name: string, locked: LockedPackage, fault: RegExp | undefined][] = [
    ['with a package as it should be', good, undefined],
    ['with a choice of licences', { ...good, license: '(MIT OR GPL-3.0-or-later)' }, undefined],
    ['with a choice of none', { ...good, license: '(LGPL-3.0 OR GPL-3.0)' }, /node_modules\/x has the licence \(LGPL/],
    ['with licences that add up', { ...good, license: 'MIT AND ISC' }, undefined],
    ['with licences that add up to too much', { ...good, license: '(MIT AND GPL-3.0)' }, /has the licence/],
    ['with another licence', { ...good, license: 'GPL-3.0' }, /has the licence GPL-3\.0/],
    ['with no licence', nameless, /has the licence \(none\)/],
    ['with a licence for development alone', { ...good, license: 'MPL-2.0' }, /has the licence MPL-2\.0/],
    ['with that for development', { ...good, license: 'MPL-2.0', dev: true }, undefined],
    ['without integrity', loose, /has no integrity/],
    ['with weak integrity', { ...good, integrity: 'sha1-AAAA' }, /has no integrity/],
    ['with a package inside of another', { ...loose, inBundle: true }, undefined],
    ['with an install script', { ...good, hasInstallScript: true }, /^x has an install script/],
  ];
  it.each(rows)('%s', (_name, locked, fault) => {
    const faults = faultsOfLock({ packages: { '': {}, 'node_modules/a/node_modules/x': locked }, allowScripts: {} });
    expect(faults).toEqual(fault === undefined ? [] : [expect.stringMatching(fault)]);
  });

  it('says nothing of the folders of the repository', () => {
    const packages = { '': {}, 'scripts/x': {}, 'node_modules/x': { link: true } };
    expect(faultsOfLock({ packages, allowScripts: {} })).toEqual([]);
  });

  it('may have the install scripts that are approved, and approves no others', () => {
    const packages = { 'node_modules/x': { ...good, hasInstallScript: true } };
    expect(faultsOfLock({ packages, allowScripts: { x: true } })).toEqual([]);
    expect(faultsOfLock({ packages, allowScripts: { x: false } })).toEqual([
      expect.stringMatching(/^x has an install/),
    ]);
    expect(faultsOfLock({ packages, allowScripts: { x: true, y: true } })).toEqual([
      'allowScripts in package.json approves y, which has no install script',
    ]);
  });

  it('is, in this repository, without a fault, and esbuild alone runs a script', () => {
    expect(faultsOfLock({ packages: lock.packages, allowScripts: packageJson.allowScripts })).toEqual([]);
    expect(packageJson.allowScripts).toEqual({ esbuild: true });
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  });
});

describe('the verdict of an audit', () => {
  const finding = (severity: string) =>
    JSON.stringify({ vulnerabilities: { x: { severity }, y: { severity: 'low' } } });
  it.each([
    ['no report', '', true, 'audit skipped: npm gave no report'],
    ['an error alone', '{"error":{"code":"E"}}', true, 'audit skipped, the registry does not answer it: {"code":"E"}'],
    ['nothing', '{"vulnerabilities":{}}', true, 'audit: no severe advisory, 0 others'],
    ['moderate ones', finding('moderate'), true, 'audit: no severe advisory, 2 others'],
    ['a high one', finding('high'), false, 'audit: severe advisories on x'],
    ['a critical one', finding('critical'), false, 'audit: severe advisories on x'],
  ])('%s', (_name, json, passed, line) => {
    expect(verdictOfAudit(json)).toEqual({ passed, line });
  });
});

describe('npm run audit', () => {
  /** `advisories` undefined: a registry without audits. */
  async function audit(advisories: object | undefined): Promise<{ code: unknown; line: string }> {
    const registry = createServer((request, response) => {
      request.resume();
      const isAudit = request.method === 'POST';
      if (isAudit && advisories === undefined) response.statusCode = 405;
      const name = decodeURIComponent(request.url?.slice(1) ?? '');
      response.end(JSON.stringify(isAudit ? (advisories ?? {}) : { name, versions: {} }));
    });
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    // npm remembers advisories, and must not remember these.
    const cache = mkdtempSync(join(tmpdir(), 'sluice-npm-'));
    const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}`, npm_config_cache: cache };
    const child = spawn(process.execPath, ['scripts/audit.ts'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    registry.closeAllConnections();
    registry.close();
    rmSync(cache, { recursive: true });
    return { code, line };
  }

  const advisory = (severity: string) => ({
    id: 1,
    url: 'https://example.com/advisory',
    title: 'a hole',
    severity,
    vulnerable_versions: '>=0',
    cwe: [],
    cvss: { score: 0, vectorString: null },
  });

  it.each([
    ['passes, and says so, where nobody answers it', undefined, 0, /^audit skipped, [^\n]*405[^\n]*\n$/],
    ['passes without advisories', {}, 0, /^audit: no severe advisory, 0 others\n$/],
    ['passes with a low one', { express: [advisory('low')] }, 0, /^audit: no severe advisory, 1 others\n$/],
    ['fails with a severe one', { express: [advisory('high')] }, 1, /^audit: severe advisories on express\n$/],
    ['passes with one on what only builds', { vitest: [advisory('critical')] }, 0, /^audit: no severe/],
  ] as const)('%s', { timeout: 60_000 }, async (_name, advisories, code, line) => {
    expect(await audit(advisories)).toEqual({ code, line: expect.stringMatching(line) });
  });
});
