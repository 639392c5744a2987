/** Serves the webhooks of Receivers: from a path to its Receiver, the proof that a request is genuine, and its answer. */
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { Admitted, Endpoint } from '../http/endpoint.ts';
import type { Logger } from '../observe/log.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import { jsonFilterInput } from '../webhooks/json-filter-input.ts';
import type { JudgeBody, RequestHead, Verified, WebhookRequest, WebhookType } from '../webhooks/webhook-type.ts';
import type { FilterInput, Notification, Notified, Notifier } from './notify.ts';
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

/** Not async: what filters see is large, and a frame that waits for the API server would hold it. */
function serve(
  options: ReceiverEndpointOptions,
  served: ServedRoute,
  request: WebhookRequest,
  judgeBody: JudgeBody,
): Promise<200 | 202> {
  const { notifier } = options;
  const startedMs = notifier.nowMs();
  return Promise.resolve(request.body)
    .then(judgeBody)
    .then(({ claims }) => {
      const notification = notificationOf(served, { request, claims, startedMs });
      return answerOf(options, served, notifier.notify(notification));
    });
}

interface Genuine {
  readonly request: WebhookRequest;
  readonly claims: Verified['claims'];
  readonly startedMs: number;
}

function notificationOf({ route, serving, type }: ServedRoute, { request, claims, startedMs }: Genuine): Notification {
  const input = serving.filtered ? filterInput(type, request, claims) : undefined;
  return { route, serving, input, bytes: input === undefined ? 0 : request.body.length, startedMs };
}

async function answerOf(
  { log }: ReceiverEndpointOptions,
  { route, type }: ServedRoute,
  notifying: Promise<Notified>,
): Promise<200 | 202> {
  const about = { controller: 'receiver', namespace: route.namespace, name: route.name, type: type.name };
  try {
    const notified = await notifying;
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
