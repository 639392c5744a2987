// `npm run build`: writes dist/operator.js and says how big it is.
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { bundle } from './bundle.ts';

process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});
const started = Date.now();
const file = await bundle();
const megabytes = (statSync(file).size / 1e6).toFixed(1);
console.log(`${relative(process.cwd(), file)}  ${megabytes} MB  ${Date.now() - started} ms`);
