// `npm run image`: writes dist/image, an OCI image layout, without a container engine; says how large it is and what is in it.
import { join } from 'node:path';
import { makeImage } from './image/make-image.ts';

const path = join(import.meta.dirname, '..', 'dist', 'image');
try {
  const { architecture, digest, bytes, packages } = await makeImage(path);
  console.log(`dist/image  linux/${architecture}  ${(bytes / 1e6).toFixed(1)} MB  ${digest}`);
  console.log(`on Debian's ${packages.join(', ')}`);
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
