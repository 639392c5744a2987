// What is served to browsers: small, compressed on disk, and from one origin alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPage, pageFiles } from '../../../scripts/build-page.ts';

let folder: string;
beforeAll(async () => {
  folder = await buildPage();
});
const read = (name: string): Buffer => readFileSync(join(folder, name));
const SCRIPT_LIMIT = 45_000;
const STYLE_LIMIT = 8_000;

describe('the built page', () => {
  it('is no larger than it may be, compressed', () => {
    expect(read('page.js.br').byteLength).toBeLessThanOrEqual(SCRIPT_LIMIT);
    expect(read('page.css.br').byteLength).toBeLessThanOrEqual(STYLE_LIMIT);
  });

  it.each(pageFiles)('has %s, and the same compressed', (name) => {
    const plain = read(name);
    expect(plain.byteLength).toBeGreaterThan(0);
    expect(brotliDecompressSync(read(`${name}.br`))).toEqual(plain);
    expect(gunzipSync(read(`${name}.gz`))).toEqual(plain);
  });

  it('has no file that is not served', () => {
    const served = pageFiles.flatMap((name) => [name, `${name}.br`, `${name}.gz`]);
    expect(readdirSync(folder).filter((name) => !name.startsWith('.'))).toEqual(served.sort());
  });

  it('has no font, fetches nothing from elsewhere, and has neither script nor style in its HTML', () => {
    const html = read('index.html').toString();
    expect(html.match(/(?:src|href)="(?!\.\/)[^"]*"/g)).toBeNull();
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\bon[a-z]+=/);
    const style = read('page.css').toString();
    expect(style).not.toMatch(/url\(|@import|@font-face/);
  });
});
