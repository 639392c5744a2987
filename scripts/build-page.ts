// Builds the web page into the bundle's folder: files of fixed names, each with compressed copies beside it.
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { writeWhole } from './bundle/write-whole.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'page');

/** What the page is made of. */
export const pageFiles = ['index.html', 'page.css', 'page.js', 'page.svg'] as const;
/** How each is kept beside itself, by what it is called in `Content-Encoding`. */
export const pageEncodings = { br: '.br', gzip: '.gz' } as const;

let built: Promise<string> | undefined;

/** Builds the page, once per process, and returns its folder. Throws what Vite found. */
export function buildPage(): Promise<string> {
  built ??= buildPageTo(join(ROOT, 'dist', 'page'));
  return built;
}

async function buildPageTo(folder: string): Promise<string> {
  const outputs = await viteOutputs();
  for (const name of pageFiles) {
    const text = outputs.get(name);
    if (text === undefined) throw new Error(`the page has no file ${name}, but ${[...outputs.keys()].join(', ')}`);
    const bytes = Buffer.from(text);
    writeWhole(join(folder, name), bytes);
    writeWhole(join(folder, `${name}${pageEncodings.br}`), brotli(bytes));
    writeWhole(join(folder, `${name}${pageEncodings.gzip}`), gzipSync(bytes, { level: 9 }));
  }
  return folder;
}

async function viteOutputs(): Promise<ReadonlyMap<string, string>> {
  // Half a second to load, for those alone who build.
  const { build } = await import('vite');
  const result = await build({
    configFile: false,
    root: SOURCES,
    // Whatever path a proxy serves it at.
    base: './',
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      // The page's policy allows no data: URL.
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      reportCompressedSize: false,
      rolldownOptions: { output: { entryFileNames: 'page.js', assetFileNames: 'page[extname]' } },
    },
  });
  if (!('output' in result)) throw new Error(`${relative(ROOT, SOURCES)} is built to one output`);
  return new Map(
    result.output.map((each) => [each.fileName, each.type === 'chunk' ? each.code : each.source.toString()]),
  );
}

function brotli(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
}
