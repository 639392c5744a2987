/** Serves the webhooks of Receivers: from a path to its Receiver, the proof that a request is genuine, and its answer. */
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { Admitted, Endpoint } from '../http/endpoint.ts';
import type { Logger } from '../observe/log.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import { jsonFilterInput } from '../webhooks/json-filter-input.ts';
import type { JudgeBody, RequestHead, WebhookRequest, WebhookType } from '../webhooks/webhook-type.ts';
import type { FilterInput, Notifier } from './notify.ts';
import type { Route, RouteTable, Serving } from './routes.ts';

export interface ReceiverEndpointOptions {
  readonly routes: RouteTable;
  /** False while routes are still missing, so that an unknown path may yet be a known one. */
  readonly isComplete: () => boolean;
  readonly notifier: Notifier;
  readonly log: Logger;
}

const POST_ONLY: readonly string[] = ['POST'];

/** 200: every target was annotated; 202: what is not yet annotated is kept pending until it is. */
export function createReceiverEndpoint(options: ReceiverEndpointOptions): Endpoint {
  const { routes, isComplete } = options;
  return {
    name: 'receiver',
    allowedMethods(path) {
      const route = routes.find(path);
      return route === undefined ? [] : methodsOf(route);
    },
    admit(path, method) {
      const route = routes.find(path);
      if (route === undefined) throw new RequestError(isComplete() ? 'PathUnknown' : 'ReceiverUnavailable');
      if (!methodsOf(route).includes(method)) throw new RequestError('MethodNotAllowed');
      const { serving, type } = route;
      if (serving === undefined || type === undefined) throw new RequestError('ReceiverUnavailable');
      return admitted(options, { route, serving, type });
    },
  };
}

interface ServedRoute {
  readonly route: Route;
  readonly serving: Serving;
  readonly type: WebhookType;
}

function admitted(options: ReceiverEndpointOptions, served: ServedRoute): Admitted {
  const { route, serving, type } = served;
  return {
    type: type.name,
    about: { namespace: route.namespace, name: route.name },
    head(head) {
      const judgeBody = serving.verifier.head(head);
      checkEvent(serving, type.eventHeader, head);
      return (body) => serve(options, served, { ...head, body }, judgeBody);
    },
  };
}

/** Of an event header that comes twice the first counts, as in Go: it proves nothing. */
function checkEvent({ events }: Serving, header: string | undefined, head: RequestHead): void {
  if (events === undefined || header === undefined) return;
  const event = firstHeader(head, header);
  if (event === undefined || !events.has(event.toLowerCase())) throw new RequestError('EventNotListed');
}

async function serve(
  { notifier, log }: ReceiverEndpointOptions,
  { route, serving, type }: ServedRoute,
  request: WebhookRequest,
  judgeBody: JudgeBody,
): Promise<200 | 202> {
  const startedMs = notifier.nowMs();
  const { claims } = await judgeBody(request.body);
  const input = serving.filtered ? filterInput(type, request, claims) : undefined;
  const bytes = input === undefined ? 0 : request.body.length;
  const about = { controller: 'receiver', namespace: route.namespace, name: route.name, type: type.name };
  try {
    const notified = await notifier.notify({ route, serving, input, bytes, startedMs });
    const status = notified.status === 'applied' ? 200 : 202;
    log.info({ ...about, targets: notified.targets, status }, 'webhook accepted');
    return status;
  } catch (error) {
    const code = error instanceof RequestError ? error.code : 'InternalError';
    log.error({ ...about, code, error: messageOf(error) }, 'webhook failed');
    throw error;
  }
}

function filterInput(type: WebhookType, request: WebhookRequest, claims: FilterInput['claims']): FilterInput {
  const req = type.filterInput?.(request) ?? jsonFilterInput(request);
  return claims === undefined ? { req } : { req, claims };
}

function methodsOf(route: Route): readonly string[] {
  return route.type?.methods ?? POST_ONLY;
}
