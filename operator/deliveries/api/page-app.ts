/** The page and its API: what of a request all routes have in common, and the one place where they are served. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';
import { type Caller, createAccess, type Scope } from './access.ts';
import { checkHost, isLoopbackAddress, singleHeader } from './check-host.ts';
import { shownKindAt } from './kinds.ts';
import type { PageContext } from './page-context.ts';
import { isName } from './parameters.ts';
import { notFound, Problem, problemBody, problemTable } from './problem.ts';
import { readBody } from './read-body.ts';
import type { ApiRequest, ApiState, Route, ShownObject } from './route.ts';
import { routes } from './routes/index.ts';
import { servePage } from './serve-page.ts';
import { createStreams } from './streams.ts';

export interface PageApp {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends what it has begun of itself. */
  stop(): void;
}

const PREFIX = '/api/v1';

const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

export function createPageApp(context: PageContext): PageApp {
  const state: ApiState = { context, access: createAccess(context), streams: createStreams(context), routes };
  const app = context.express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use((request, response, next) => {
    response.set(HEADERS);
    checkHost(request, context.settings);
    next();
  });
  serveApi(app, state);
  app.use(servePage(context.folder));
  app.use(onError(context));
  return { handle: app, stop: state.streams.stop };
}

function serveApi(app: Express, state: ApiState): void {
  const paths = new Set(routes.map(({ path }) => path));
  for (const path of paths) {
    const ofPath = routes.filter((route) => route.path === path);
    const handlers = new Map(ofPath.map((route) => [route.method, handlerOf(route, state)]));
    const allowed = ofPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(PREFIX + path, (request, response, next) => {
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const handler = handlers.get(method as Route['method']);
      if (handler !== undefined) return handler(request, response, next);
      response.set('Allow', allowed);
      throw new Problem('MethodNotAllowed', `The path takes ${allowed}`);
    });
  }
  app.use('/api', () => {
    throw notFound();
  });
}

function handlerOf(route: Route, state: ApiState): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(route, request, state);
    const ofPath = requestOf(route, request, caller);
    const object = ofPath.params.name === undefined ? undefined : await objectOf(route, ofPath, state);
    const body = route.method === 'POST' ? await readBody(request) : undefined;
    const apiRequest = { ...ofPath, object, body };
    if (route.stream === undefined) {
      send(response, 200, 'application/json', (await route.answer?.(apiRequest, state)) ?? null);
    } else if (request.method === 'HEAD') response.type('text/event-stream').end();
    else await route.stream(apiRequest, state, response);
  };
}

/** Without its object and its body. @throws Problem with 404 for a kind that is not shown. */
function requestOf(route: Route, request: Request, caller: Caller): ApiRequest {
  const params = request.params as Record<string, string>;
  const kind = shownKindAt(params.kind ?? route.path.split('/')[1] ?? '');
  if (params.kind !== undefined && kind === undefined) throw notFound();
  return {
    params,
    query: new URL(request.url, 'http://page').searchParams,
    body: undefined,
    caller,
    kind,
    object: undefined,
    lastEventId: singleHeader(request, 'last-event-id'),
  };
}

/** @throws Problem with 401, 403, 429 or 503 */
async function callerOf(route: Route, request: Request, { access, context }: ApiState): Promise<Caller> {
  const caller = await access.callerOf(singleHeader(request, 'authorization'), isLoopback(request));
  if (route.acts === true && !context.settings.actions) {
    throw new Problem('ActionsOff', 'The operator runs without --page-actions');
  }
  if (route.needsUser === true && caller.user === undefined) {
    throw new Problem('Unauthorized', 'This needs a token, over loopback too');
  }
  return caller;
}

/** @throws Problem with 404 or 503 */
async function objectOf(route: Route, { kind, params, caller }: ApiRequest, state: ApiState): Promise<ShownObject> {
  const { namespace = '', name = '' } = params;
  if (kind === undefined || !isName(namespace) || !isName(name)) throw notFound();
  // Before it is looked for: how long an answer takes says nothing to who may not know.
  if (!(await mayAny(caller, route.right, { kind, namespace, name }))) throw notFound();
  const objects = state.context.objects(kind.kind);
  const value = objects?.get(`${namespace}/${name}`);
  if (value !== undefined) return { ref: { kind: kind.kind, namespace, name }, kind, value };
  if (objects === undefined || (!objects.hasHandledAll() && objects.absence() === undefined)) {
    throw new Problem('NotSynced', `Not all ${kind.plural} are known yet`);
  }
  throw notFound();
}

async function mayAny(caller: Caller, rights: Route['right'], scope: Scope): Promise<boolean> {
  if (rights === undefined) return true;
  for (const right of typeof rights === 'string' ? [rights] : rights) {
    if (await caller.may(right, scope)) return true;
  }
  return false;
}

/** Whether it came over an address that nobody reaches from outside of the pod. */
function isLoopback({ socket }: IncomingMessage): boolean {
  return isLoopbackAddress(socket.localAddress) && isLoopbackAddress(socket.remoteAddress);
}

function send(response: Response, status: number, type: string, body: unknown): void {
  response
    .status(status)
    .type(type)
    .send(Buffer.from(JSON.stringify(body)));
}

function onError({ log }: PageContext): ErrorRequestHandler {
  return (error: unknown, _request: Request, response: Response, next) => {
    const problem = problemOf(error);
    if (problem.code === 'InternalError') log.error({ error, cause: error }, 'page request failed');
    else if (problem.cause !== undefined) log.warn({ error: problem.cause }, 'page request could not be judged');
    if (response.headersSent) return next(error);
    if (problem.code === 'Unauthorized') response.set('WWW-Authenticate', 'Bearer');
    if (problem.retryAfterSeconds !== undefined) response.set('Retry-After', String(problem.retryAfterSeconds));
    send(response, problemTable[problem.code].status, 'application/problem+json', problemBody(problem));
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express, of a path whose escapes are no text.
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (status === 400) return new Problem('ParameterInvalid', 'The path is not well-formed', { parameter: 'path' });
  return new Problem('InternalError', 'The operator has failed; its log says how', { cause: error });
}
