// `npm run audit`: fails on a severe advisory against what the operator is made of; where the registry answers no audit, it
// says so and passes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { verdictOfAudit } from './supply-chain/verdict-of-audit.ts';

const ARGS = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=60000'];
const { stdout } = spawnSync('npm', ARGS, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' });
const { passed, line } = verdictOfAudit(stdout ?? '');
console.log(line);
if (!passed) process.exitCode = 1;
