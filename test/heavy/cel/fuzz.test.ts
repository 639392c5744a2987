// Programs of CEL by chance, a bounded number of them; `npm run fuzz` goes on for longer.
import { it } from 'vitest';
import { celExpressionsTarget, celTextTarget, celWordsTarget } from '../../fuzz/cel-target.ts';
import { fuzz } from '../../fuzz/fuzz.ts';

it.each([
  ['any text', celTextTarget, 2_000],
  ['any row of words of CEL', celWordsTarget, 5_000],
  ['expressions put together from others', celExpressionsTarget, 3_000],
] as const)('%s', async (_name, create, runs) => {
  await fuzz(await create(), { runs });
});
