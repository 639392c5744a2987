/** Deliveries as they come: of one object, and of all. */
import type { Route, RouteDescription } from '../route.ts';

const describe = (summary: string): RouteDescription => ({
  summary,
  headers: {
    'Last-Event-ID': { description: 'The id of the last event that came; those after it are sent first' },
  },
  answer: { type: 'string', description: 'Server-sent events `delivery`: data is a Delivery, id its id' },
  answerType: 'text/event-stream',
  problems: [404, 429, 503],
});

export const objectStreamRoute: Route = {
  method: 'GET',
  path: '/:kind/:namespace/:name/stream',
  right: 'deliveries',
  describe: describe('The deliveries of an object as they come, and as they change'),
  stream: ({ caller, object, lastEventId }, { streams }, response) =>
    streams.open({ caller, lastEventId, response, object: object?.ref }),
};

export const streamRoute: Route = {
  method: 'GET',
  path: '/stream',
  describe: describe('All deliveries that the caller may see, as they come, and as they change'),
  stream: ({ caller, lastEventId }, { streams }, response) =>
    streams.open({ caller, lastEventId, response, object: undefined }),
};
