/** The kept body of a delivery, redacted. */
import { findHeld } from '../find-held.ts';
import { notFound, Problem } from '../problem.ts';
import type { Route } from '../route.ts';

export const payloadRoute: Route = {
  method: 'GET',
  path: '/:kind/:namespace/:name/deliveries/:id/payload',
  right: 'payloads',
  describe: {
    summary: 'The body of a delivery, where it is kept, without what may be secret',
    answer: { type: ['object', 'array'] },
    problems: [404, 503],
  },
  async answer({ object, params }, { context }): Promise<unknown> {
    if (object === undefined) throw notFound();
    const { body } = await findHeld(context, object.ref, params.id);
    if (typeof body !== 'object') throw new Problem('NotFound', 'The body of the delivery is not kept');
    return JSON.parse(body.json.toString());
  },
};
