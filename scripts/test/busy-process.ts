/** Keeps one core busy until its standard input ends, or for four hours at most. */
import { setImmediate } from 'node:timers/promises';

const SPELL_MS = 50;
const LONGEST_MS = 4 * 3_600_000;

let ended = false;
process.stdin
  .on('close', () => {
    ended = true;
  })
  .resume();

while (!ended && performance.now() < LONGEST_MS) {
  const until = performance.now() + SPELL_MS;
  while (performance.now() < until);
  await setImmediate();
}
process.exit();
