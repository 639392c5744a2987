/** What of the lock file must not be: a licence that nobody has agreed to, content that may change, a script that may run. */

export interface LockedPackage {
  readonly version?: string;
  /** SPDX. */
  readonly license?: string;
  readonly integrity?: string;
  /** Comes inside of another package, whose integrity covers it. */
  readonly inBundle?: boolean;
  /** A folder of this repository, as are the paths outside of node_modules. */
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

export interface SupplyChain {
  /** By path from the repository's root; the root itself is the empty path. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  /** `allowScripts` of package.json. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** They ask for no more than to be named. */
const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
  'Zlib',
]);
/** Also for what is only used to build and test, and never handed on. */
const forDevelopment: ReadonlySet<string> = new Set([...permissive, 'MPL-2.0']);

/** One line for each. */
export function faultsOfLock({ packages, allowScripts }: SupplyChain): string[] {
  const entries = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
  const scripted = entries.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  const approved = Object.keys(allowScripts).filter((name) => allowScripts[name]);
  return [
    ...entries.flatMap(([path, locked]) => licenceFault(path, locked)),
    ...entries
      .filter(([, locked]) => !isFixed(locked))
      .map(([path]) => `${path} has no integrity in package-lock.json`),
    ...scripted
      .filter((name) => !approved.includes(name))
      .map((name) => `${name} has an install script that allowScripts in package.json does not approve`),
    ...approved
      .filter((name) => !scripted.includes(name))
      .map((name) => `allowScripts in package.json approves ${name}, which has no install script`),
  ];
}

function licenceFault(path: string, { license, dev, devOptional }: LockedPackage): string[] {
  const isForDevelopment = dev === true || devOptional === true;
  if (license !== undefined && isAllowed(license, isForDevelopment ? forDevelopment : permissive)) return [];
  return [`${path} has the licence ${license ?? '(none)'}, which is not in the list of scripts/supply-chain`];
}

/** Of alternatives one is enough, of what adds up all are needed. */
function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const plain = expression.replaceAll(/[()]/g, '');
  // Which of both binds closer, nobody's licence has asked so far.
  if (plain.includes(' AND ')) return plain.split(/ AND | OR /).every((one) => allowed.has(one));
  return plain.split(' OR ').some((one) => allowed.has(one));
}

function isFixed({ integrity, inBundle }: LockedPackage): boolean {
  return inBundle === true || /^sha512-/.test(integrity ?? '');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
