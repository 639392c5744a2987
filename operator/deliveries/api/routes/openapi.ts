/** The description of the API. */
import { openApi } from '../open-api.ts';
import type { Route } from '../route.ts';

export const openApiRoute: Route = {
  method: 'GET',
  path: '/openapi.json',
  describe: { summary: 'This description', answer: { type: 'object' } },
  answer: async (_request, { routes }) => openApi(routes),
};
