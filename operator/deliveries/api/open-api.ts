/** The description of the API by OpenAPI 3.1, made of what each route says of itself. */
import { buildInfo } from '../../observe/build-info.ts';
import { shownKinds } from './kinds.ts';
import { problemTable } from './problem.ts';
import type { ApiSchema, Route } from './route.ts';
import { schemaOf, schemas } from './schemas.ts';

const PREFIX = '/api/v1';
/** Of whatever is asked. */
const ALWAYS = [400, 401, 403, 405, 500] as const;

const SEGMENTS: Readonly<Record<string, ApiSchema>> = {
  kind: { enum: shownKinds.map(({ plural }) => plural) },
};

export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = PREFIX + route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Deliveries of Sluice',
      version: buildInfo.version,
      description:
        'What came for Receivers and BrokerReceivers, what Alerts sent, and what became of it. Over loopback no token is needed, except for a replay.',
    },
    security: [{ bearer: [] }, {}],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A token of the cluster' } },
      schemas,
    },
  };
}

function operationOf({ path, describe, needsUser }: Route): object {
  const { summary, query = {}, headers = {}, body, answer, answerType = 'application/json', problems = [] } = describe;
  const statuses = [...new Set([...ALWAYS, ...problems])].sort((a, b) => a - b);
  return {
    summary,
    ...(needsUser === true ? { security: [{ bearer: [] }] } : {}),
    parameters: [
      ...Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => ({
        ...{ name, in: 'path', required: true, schema: SEGMENTS[name] ?? { type: 'string' } },
      })),
      ...Object.entries(query).map(([name, of]) => ({ name, in: 'query', ...of })),
      ...Object.entries(headers).map(([name, of]) => ({ name, in: 'header', schema: { type: 'string' }, ...of })),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      200: { description: 'What was asked for', content: { [answerType]: { schema: answer } } },
      ...Object.fromEntries(statuses.map((status) => [status, problemResponse(status)])),
    },
  };
}

function problemResponse(status: number): object {
  const codes = Object.entries(problemTable).filter(([, entry]) => entry.status === status);
  return {
    description: codes.map(([code, { title }]) => `${code}: ${title}`).join('. '),
    content: { 'application/problem+json': { schema: schemaOf('Problem') } },
  };
}
