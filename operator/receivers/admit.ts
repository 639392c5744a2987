/** Serves the webhooks of Receivers: from a path to its Receiver, the proof that a request is genuine, and its answer. */
import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { Admitted, Endpoint } from '../http/endpoint.ts';
import type { Logger } from '../observe/log.ts';
import { judgeRequest, type ServedRoute, servedRoute } from './judge-request.ts';
import type { Notified, Notifier } from './notify.ts';
import type { Route, RouteTable } from './routes.ts';

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
      const served = servedRoute(route);
      if (served === undefined) throw new RequestError('ReceiverUnavailable');
      return admitted(options, served);
    },
  };
}

function admitted(options: ReceiverEndpointOptions, served: ServedRoute): Admitted {
  const { route, serving, type } = served;
  const { notifier } = options;
  return {
    type: type.name,
    about: { namespace: route.namespace, name: route.name },
    head(head) {
      const judge = judgeRequest(served, head);
      return (body) => {
        const startedMs = notifier.nowMs();
        return judge(body, (input) => {
          const bytes = input === undefined ? 0 : body.length;
          return answerOf(options, served, notifier.notify({ route, serving, input, bytes, startedMs }));
        });
      };
    },
  };
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

function methodsOf(route: Route): readonly string[] {
  return route.type?.methods ?? POST_ONLY;
}
