// Part of `npm run check`: licences, integrity and install scripts of all that package-lock.json brings.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOfLock, type SupplyChain } from './supply-chain/faults-of-lock.ts';

const readJson = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', name), 'utf8'));

const { packages }: SupplyChain = readJson('package-lock.json');
const { allowScripts }: SupplyChain = readJson('package.json');
const faults = faultsOfLock({ packages, allowScripts });
for (const fault of faults) console.log(fault);
if (faults.length > 0) process.exitCode = 1;
