import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { limitCompileCache } from '../../../../scripts/test/compile-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-compile-cache-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('keeps a folder of some files', () => {
  const kept = join(folder, 'kept');
  mkdirSync(join(kept, 'v24'), { recursive: true });
  writeFileSync(join(kept, 'v24', 'a'), '');
  limitCompileCache(kept, 2);
  expect(readdirSync(join(kept, 'v24'))).toEqual(['a']);
});

it('removes a folder of too many', () => {
  const full = join(folder, 'full');
  mkdirSync(full);
  for (let index = 0; index < 3; index++) writeFileSync(join(full, `${index}`), '');
  limitCompileCache(full, 2);
  expect(existsSync(full)).toBe(false);
});

it('takes one that is not there', () => {
  expect(() => limitCompileCache(join(folder, 'none'))).not.toThrow();
});
