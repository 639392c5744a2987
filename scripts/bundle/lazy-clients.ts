// Keeps heavy clients out of the bundle: they are files of their own, which cost nothing until they are loaded.
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * An esbuild plugin: `import('…/clients/name.ts')` loads `./clients/name.mjs`, from beside the bundle.
 * @param found gets the client's source by its name, to be bundled next.
 */
export function lazyClients(found: Map<string, string>): Plugin {
  return {
    name: 'lazy-clients',
    setup(build) {
      build.onResolve({ filter: /\/clients\/[^/]+\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const name = basename(path, '.ts');
        found.set(name, join(resolveDir, dirname(path), basename(path)));
        return { path: `./clients/${name}.mjs`, external: true };
      });
    },
  };
}
