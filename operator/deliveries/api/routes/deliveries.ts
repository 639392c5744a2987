/** The deliveries of an object that are remembered, from the newest to the oldest. */
import type { Verdict } from '../../records/record.ts';
import type { RecordView } from '../../records/record-view.ts';
import { newestFirst } from '../known-records.ts';
import { type List, partOf } from '../list.ts';
import { choiceOf, timeOf, wordOf } from '../parameters.ts';
import { notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { listOf, listQuery, schemaOf } from '../schemas.ts';

const VERDICTS: readonly Verdict[] = ['accepted', 'pending', 'refused', 'ignored'];

export const deliveriesRoute: Route = {
  method: 'GET',
  path: '/:kind/:namespace/:name/deliveries',
  right: 'deliveries',
  describe: {
    summary: 'The deliveries of an object that are remembered, from the newest to the oldest',
    query: {
      ...listQuery,
      verdict: { description: 'Only those with this verdict', schema: { enum: VERDICTS } },
      code: { description: 'Only those with this code', schema: { type: 'string', pattern: '^[A-Za-z]{1,64}$' } },
      since: {
        description: 'Only those that came, or were repeated, at this time or later',
        schema: { type: 'string', format: 'date-time' },
      },
    },
    answer: listOf(schemaOf('Delivery')),
    problems: [400, 404, 503],
  },
  async answer({ object, query }, { context }): Promise<List<RecordView>> {
    if (object === undefined) throw notFound();
    const verdict = choiceOf(query, 'verdict', VERDICTS);
    const code = wordOf(query, 'code');
    const sinceMs = timeOf(query, 'since') ?? 0;
    const { items, partial, recordingSince } = await context.records.ask({ object: object.ref });
    const wanted = newestFirst(items).filter(
      (record) =>
        (verdict === undefined || record.verdict === verdict) &&
        (code === undefined || record.code === code) &&
        Date.parse(record.lastAt) >= sinceMs,
    );
    const part = partOf(
      wanted,
      query,
      ({ id }) => id,
      (id, after) => id < after,
    );
    return { ...part, partial, recordingSince };
  },
};
