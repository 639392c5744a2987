import type { Deviation } from './expect-scenario.ts';

export const escapedComment: Deviation = {
  reason: 'an asterisk in a message is no emphasis (fault 12)',
  change: (requests) =>
    requests.map((request) => {
      const { body } = (request.body ?? {}) as { body?: string };
      return body === undefined ? request : { ...request, body: { body: body.replace('a_b*c', 'a_b\\*c') } };
    }),
};
