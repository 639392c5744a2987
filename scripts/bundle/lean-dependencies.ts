// Keeps out of the bundle what the operator's dependencies bring and the operator never runs.
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const HERE = import.meta.dirname;

/** An esbuild plugin that puts our stand-ins in the place of client-node, its generated API, and gaxios. */
export function leanDependencies(): Plugin {
  return {
    name: 'lean-dependencies',
    setup(build) {
      build.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: join(HERE, 'client-node.ts') }));
      build.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
        importer.includes(join('@kubernetes', 'client-node')) ? { path: join(HERE, 'client-node-gen.ts') } : undefined,
      );
      build.onResolve({ filter: /^gaxios$/ }, () => ({ path: join(HERE, 'gaxios.ts') }));
    },
  };
}
