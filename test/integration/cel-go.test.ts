// The real cel-go is asked: the table that the unit tests hold our CEL against, and expressions by chance.
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { askAll, askCelGo, findCelGo } from '../support/cel-go.ts';
import { randomExpressions } from '../support/cel-random.ts';
import { ourAnswer } from '../support/our-cel.ts';
import table from '../unit/cel/cel-table.json' with { type: 'json' };

it('the table of CEL is what cel-go says', async () => {
  expect(await askCelGo(await findCelGo(() => undefined))).toEqual(table);
});

it('expressions put together by chance mean the same to both', async () => {
  const questions = randomExpressions(20_000, 1).map((expression) => ({ expression, must: 'any' as const }));
  const answers = await askAll(await findCelGo(() => undefined), questions);
  const answered = answers.filter(({ outcome }) => outcome !== 'panic');
  expect(answered.length).toBeGreaterThan(10_000);
  const pairs = answered.map((theirs) => ({ theirs, ours: ourAnswer(theirs.expression, 'any') }));
  expect(pairs.filter(({ theirs, ours }) => !isDeepStrictEqual(theirs, ours))).toEqual([]);
});
