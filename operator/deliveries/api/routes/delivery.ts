/** One delivery. */
import type { RecordView } from '../../records/record-view.ts';
import { notFound, notFoundAmong } from '../problem.ts';
import type { Route } from '../route.ts';
import { schemaOf } from '../schemas.ts';

export const deliveryRoute: Route = {
  method: 'GET',
  path: '/:kind/:namespace/:name/deliveries/:id',
  right: 'deliveries',
  describe: { summary: 'One delivery', answer: schemaOf('Delivery'), problems: [404, 503] },
  async answer({ object, params }, { context }): Promise<RecordView> {
    if (object === undefined) throw notFound();
    const { items, partial } = await context.records.ask({ object: object.ref });
    const found = items.find(({ id }) => id === params.id);
    if (found === undefined) throw notFoundAmong(partial);
    return found;
  },
};
