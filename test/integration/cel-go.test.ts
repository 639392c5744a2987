// The table that the unit tests hold our CEL against, asked again of the real cel-go.
import { expect, it } from 'vitest';
import { askCelGo, findCelGo } from '../support/cel-go.ts';
import table from '../unit/cel/cel-table.json' with { type: 'json' };

it('the table of CEL is what cel-go says', async () => {
  expect(await askCelGo(await findCelGo(() => undefined))).toEqual(table);
});
