// What may come in with a dependency: by rules on made-up locks, and by the real lock.
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import lock from '../../../package-lock.json' with { type: 'json' };
import { faultsOfLock, type LockedPackage } from '../../../scripts/supply-chain/faults-of-lock.ts';
import { verdictOfAudit } from '../../../scripts/supply-chain/verdict-of-audit.ts';

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
