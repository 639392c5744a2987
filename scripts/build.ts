// `npm run build`: writes dist/operator.js with the page in dist/page, says how big both are, and the constructs to dist/charts.
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildCharts } from './build-charts.ts';
import { buildPage, pageEncodings } from './build-page.ts';
import { bundle } from './bundle.ts';

process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});
const started = Date.now();
const file = await bundle();
const megabytes = (statSync(file).size / 1e6).toFixed(1);
console.log(`${relative(process.cwd(), file)}  ${megabytes} MB  ${Date.now() - started} ms`);
const page = await buildPage();
const script = statSync(join(page, `page.js${pageEncodings.br}`)).size;
console.log(`${relative(process.cwd(), page)}  ${(script / 1e3).toFixed(1)} kB of script, compressed`);
const charts = Date.now();
console.log(`${relative(process.cwd(), buildCharts())}  ${Date.now() - charts} ms`);
