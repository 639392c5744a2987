/** Has a delivery go through today's filters and targets once more. */
import type { Receiver } from '../../../api/receiver/receiver.ts';
import { type RecordView, recordView } from '../../records/record-view.ts';
import { bodyOf, findHeld } from '../find-held.ts';
import { notFound, Problem } from '../problem.ts';
import type { Route } from '../route.ts';
import { schemaOf } from '../schemas.ts';

export const replayRoute: Route = {
  method: 'POST',
  path: '/receivers/:namespace/:name/deliveries/:id/replay',
  right: 'replay',
  needsUser: true,
  acts: true,
  describe: {
    summary: "Send a kept body through the Receiver's filters and targets as they are now; needs --page-actions",
    answer: schemaOf('Delivery'),
    problems: [403, 404, 409, 429, 503],
  },
  async answer({ object, params, caller }, { context }): Promise<RecordView> {
    const { journal, replayer, replica } = context;
    if (object === undefined || caller.user === undefined) throw notFound();
    const delivery = await findHeld(context, object.ref, params.id);
    const body = bodyOf(delivery);
    const replay = await replayer.replay(object.value as unknown as Receiver, { ...delivery, body }, caller.user);
    if ('record' in replay) return recordView(replay.record, replica, journal, journal.of(object.ref));
    if (replay.refused === 'NoRecord')
      throw new Problem('NoBody', 'No deliveries are recorded: see --delivery-history');
    const { retryAfterSeconds } = replay;
    throw new Problem('TooManyReplays', 'A Receiver has 60 replays a minute', { retryAfterSeconds });
  },
};
