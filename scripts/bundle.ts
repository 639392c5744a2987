// Bundles the operator into files that need no node_modules: dist/operator.js, and dist/clients/ with the clients that are
// loaded at the first object that needs them; each with its source map beside it. dist/page/ has the web page.
import { dirname, join } from 'node:path';
import { type BuildOptions, type BuildResult, build, formatMessages } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };
import { buildPage } from './build-page.ts';
import { lazyClients } from './bundle/lazy-clients.ts';
import { leanDependencies, requiredHttp } from './bundle/lean-dependencies.ts';
import { writeWhole } from './bundle/write-whole.ts';
import { sourceRevision } from './source-revision.ts';

const ROOT = join(import.meta.dirname, '..');

// Dependencies in CommonJS call require() for Node's own modules, which an ES module does not have.
const REQUIRE_BANNER = `import { createRequire as createRequire__ } from 'node:module'; const require = createRequire__(import.meta.url);`;

const NODE_MAJOR = Number(/\d+/.exec(packageJson.engines.node)?.[0]);

// The first statement, in words that Node has understood since it has had modules: an old one would fail somewhere later.
const VERSION_BANNER = `if (parseInt(process.versions.node, 10) < ${NODE_MAJOR}) { process.stderr.write('sluice: needs Node.js ${NODE_MAJOR} or later; this is ' + process.versions.node + '\\n'); process.exit(1); }`;

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // The engine keeps the text in memory, in two bytes a character if a single one (of a comment) needs them. Names stay.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  define: {
    'process.env.SLUICE_REVISION': JSON.stringify(sourceRevision()),
    // undici asks whether it is bundled: its second parser, an experiment of 160 KB, is then left out.
    esbuildDetection: 'true',
  },
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** The operator cannot be bundled; the message has each place and reason. */
class BundleError extends Error {
  readonly code = 'bundle_failed';
  override readonly name = 'BundleError';
}

let bundled: Promise<string> | undefined;

/** Bundles the operator with its page, once per process, and returns the path of the file. Throws what esbuild or Vite found. */
export function bundle(): Promise<string> {
  bundled ??= bundleAll();
  return bundled;
}

async function bundleAll(): Promise<string> {
  const operator = bundleTo(join(ROOT, 'operator', 'main.ts'), join(ROOT, 'dist', 'operator.js'));
  const [file] = await Promise.all([operator, buildPage()]);
  return file;
}

/** Bundles `entry` to `outfile` and its heavy clients to the folder `clients` beside it; no file is there half written. */
export async function bundleTo(entry: string, outfile: string): Promise<string> {
  const clients = new Map<string, string>();
  const main = await buildOrExplain({
    ...COMMON,
    entryPoints: [entry],
    outfile,
    banner: { js: `${REQUIRE_BANNER}\n${VERSION_BANNER}` },
    plugins: [lazyClients(clients), leanDependencies(), requiredHttp()],
  });
  const lazy = await buildOrExplain({
    ...COMMON,
    entryPoints: Object.fromEntries(clients),
    outdir: join(dirname(outfile), 'clients'),
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE_BANNER },
    plugins: [requiredHttp()],
    // The same, with its WebAssembly inside rather than in a file beside it.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
  });
  // What the operator imports is there before the operator.
  for (const { path, contents } of [...lazy.outputFiles, ...main.outputFiles]) writeWhole(path, contents);
  return outfile;
}

async function buildOrExplain(options: BuildOptions): Promise<BuildResult<{ write: false }>> {
  try {
    return await build({ ...options, write: false });
  } catch (error) {
    const { errors } = error as { errors?: Parameters<typeof formatMessages>[0] };
    if (errors === undefined) {
      throw error;
    }
    throw new BundleError((await formatMessages(errors, { kind: 'error', color: process.stdout.isTTY })).join(''));
  }
}
