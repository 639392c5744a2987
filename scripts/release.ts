// `npm run release`: writes dist/release, all that a release is made of, and its checksums. The same commit makes the same
// bytes; the image, as long as Debian has the same packages.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRelease } from './release/make-release.ts';

const path = join(import.meta.dirname, '..', 'dist', 'release');
try {
  const options = { 'without-image': { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ options });
  for (const file of await makeRelease(path, { image: !values['without-image'] })) {
    console.log(relative(process.cwd(), join(path, file)));
  }
} catch (error) {
  // A part of a release is none.
  rmSync(path, { recursive: true, force: true });
  console.error(`release: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
