// `npm run build`: writes dist/operator.js, says how big it is, and the constructs to dist/charts.
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { buildCharts } from './build-charts.ts';
import { bundle } from './bundle.ts';

process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});
const started = Date.now();
const file = await bundle();
const megabytes = (statSync(file).size / 1e6).toFixed(1);
console.log(`${relative(process.cwd(), file)}  ${megabytes} MB  ${Date.now() - started} ms`);
const charts = Date.now();
console.log(`${relative(process.cwd(), buildCharts())}  ${Date.now() - charts} ms`);
