/** Serves the webhooks of Receivers: from a path to its Receiver, the proof that a request is genuine, and its answer. */
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { KeptBodies } from '../deliveries/bodies/kept-bodies.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import { createTargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { Admitted, Answer, Endpoint } from '../http/endpoint.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import { copyWebhook } from './copy-webhook.ts';
import { type Asked, judgeRequest, type ServedRoute, servedRoute } from './judge-request.ts';
import type { Notified, Notifier } from './notify.ts';
import { notifyRequest, statusOf } from './notify-request.ts';
import { regardingReceiver } from './receiver-event.ts';
import { createWebhookRecorder, type WebhookNotes, type WebhookRecorder } from './record-webhook.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './routes.ts';

export interface ReceiverEndpointOptions {
  readonly routes: RouteTable;
  /** False while routes are still missing, so that an unknown path may yet be a known one. */
  readonly isComplete: () => boolean;
  readonly notifier: Notifier;
  readonly journal: Journal;
  readonly bodies: Pick<KeptBodies, 'keep'>;
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly log: Logger;
}

const POST_ONLY: readonly string[] = ['POST'];

/** 200: every target was annotated; 202: what is not yet annotated is kept pending until it is. */
export function createReceiverEndpoint(options: ReceiverEndpointOptions): Endpoint {
  const { routes } = options;
  const recorder = createWebhookRecorder(options);
  return {
    name: 'receiver',
    ...(recorder === undefined ? {} : { answered: recorder.refused }),
    allowedMethods(path) {
      const route = routes.find(path);
      return route === undefined ? [] : methodsOf(route);
    },
    admit(path, method) {
      const route = routes.find(path);
      if (route === undefined) throw notFound(options, path);
      if (!methodsOf(route).includes(method)) throw new RequestError('MethodNotAllowed');
      const served = servedRoute(route);
      if (served === undefined) throw new RequestError('ReceiverUnavailable');
      return admitted(options, served, recorder);
    },
  };
}

function notFound({ routes, isComplete }: ReceiverEndpointOptions, path: string): RequestError {
  if (routes.findWithdrawn(path) !== undefined) return new RequestError('PathWithdrawn');
  return new RequestError(isComplete() ? 'PathUnknown' : 'ReceiverUnavailable');
}

function admitted(
  options: ReceiverEndpointOptions,
  served: ServedRoute,
  recorder: WebhookRecorder | undefined,
): Admitted {
  const { route, type } = served;
  const { notifier } = options;
  const notes: WebhookNotes = {};
  return {
    ...(recorder === undefined ? {} : { answered: (request) => recorder.answered(served, notes, request) }),
    type: type.name,
    about: { namespace: route.namespace, name: route.name },
    head(head) {
      if (head.method === 'OPTIONS' && type.options !== undefined) return answerOptions(type.options(head));
      const judge = judgeRequest(served, head, recorder && notes);
      return (body) => {
        const startedMs = notifier.nowMs();
        return judge(body, (inputs, asked) => {
          if (recorder !== undefined) {
            notes.account = createTargetOutcomes();
            notes.body = copyWebhook(served, { headers: head.headers, body }, asked.claims);
          }
          const { account } = notes;
          const notifying = notifyRequest(notifier, served, { inputs, bytes: body.length, startedMs, account });
          return answerOf(options, { served, notes }, asked, notifying);
        });
      };
    },
  };
}

function answerOptions(headers: Answer['headers']): () => Promise<Answer> {
  return () => Promise.resolve({ status: 200, headers });
}

async function answerOf(
  { events, log }: ReceiverEndpointOptions,
  { served: { route, type }, notes }: { readonly served: ServedRoute; readonly notes: WebhookNotes },
  { answer, warning, credential = route.credential }: Asked,
  notifying: Promise<readonly Notified[]>,
): Promise<number | Answer> {
  const about = { controller: 'receiver', namespace: route.namespace, name: route.name, type: type.name };
  try {
    const notified = await notifying;
    notes.notified = notified;
    const status = statusOf(notified);
    const targets = notified.reduce((sum, each) => sum + each.targets, 0);
    log.info({ ...about, targets, status, credential }, 'webhook accepted');
    if (warning !== undefined) events.record(regardingReceiver(route), warning);
    return answer === undefined || status !== 200 ? status : jsonAnswer(answer);
  } catch (error) {
    const code = error instanceof RequestError ? error.code : 'InternalError';
    log.error({ ...about, code, error: messageOf(error) }, 'webhook failed');
    throw error;
  }
}

function jsonAnswer(answer: object): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, text: JSON.stringify(answer) };
}

function methodsOf(route: Route): readonly string[] {
  return route.type?.methods ?? POST_ONLY;
}
