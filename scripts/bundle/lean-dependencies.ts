// Keeps out of the bundle what the operator's dependencies bring and the operator never runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const HERE = import.meta.dirname;

/** Package → the file here that the bundle has in its place. */
const STAND_INS: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'client-node.ts',
  '@opentelemetry/api': 'opentelemetry-api.ts',
  'body-parser': 'body-parser.ts',
  gaxios: 'gaxios.ts',
  socks: 'socks.ts',
  'socks-proxy-agent': 'socks.ts',
  undici: 'undici.mjs',
};

/** What is kept of the 2,500 types of `mime-db`, each an object in memory: those that Express is asked about here. */
const MEDIA_TYPES = [
  'application/json',
  'application/octet-stream',
  'image/svg+xml',
  'text/css',
  'text/event-stream',
  'text/html',
  'text/javascript',
  'text/plain',
];

/** An esbuild plugin that puts our stand-ins in the place of whole packages and of client-node's generated API. */
export function leanDependencies(): Plugin {
  return {
    name: 'lean-dependencies',
    setup(build) {
      for (const [name, file] of Object.entries(STAND_INS)) {
        build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: join(HERE, file) }));
      }
      build.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
        importer.includes(join('@kubernetes', 'client-node')) ? { path: join(HERE, 'client-node-gen.ts') } : undefined,
      );
      build.onLoad({ filter: /[\\/]mime-db[\\/]db\.json$/ }, ({ path }) => {
        const all = JSON.parse(readFileSync(path, 'utf8'));
        return {
          contents: JSON.stringify(Object.fromEntries(MEDIA_TYPES.map((type) => [type, all[type]]))),
          loader: 'json',
        };
      });
    },
  };
}

/**
 * An esbuild plugin that has `import 'node:http'` be a require: an import reads everything that the module exports, and one
 * thing is a getter that loads Node's own copy of undici, 13 MiB of memory.
 */
export function requiredHttp(): Plugin {
  return {
    name: 'required-http',
    setup(build) {
      build.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: 'node:http', namespace: 'required' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
        contents: `module.exports = require('${path}');`,
      }));
    },
  };
}
