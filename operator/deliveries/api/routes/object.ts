/** One object, as the list has it. */
import { RECEIVER_KIND, type Receiver } from '../../../api/receiver/receiver.ts';
import { filtersView } from '../filters-view.ts';
import { hoursByObject } from '../known-records.ts';
import type { ObjectView } from '../object-view.ts';
import { objectView } from '../object-view.ts';
import { notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { schemaOf } from '../schemas.ts';

export const objectRoute: Route = {
  method: 'GET',
  path: '/:kind/:namespace/:name',
  right: 'deliveries',
  describe: { summary: 'One object', answer: schemaOf('Object'), problems: [404, 503] },
  async answer({ object, caller }, { context }): Promise<ObjectView> {
    if (object === undefined) throw notFound();
    const { ref, kind, value } = object;
    const { namespace, name } = ref;
    const withUrl = await caller.may('object', { kind, namespace, name });
    const [{ items: records }, { answers }] = await Promise.all([
      context.records.ask({ object: ref }),
      context.records.hours({ object: ref }),
    ]);
    const view = await objectView({ context, ref, value, records, hours: hoursByObject(answers), withUrl });
    if (ref.kind !== RECEIVER_KIND) return view;
    return { ...view, filters: filtersView(value as unknown as Receiver) };
  },
};
