/**
 * A webhook from its path to its answer: route, proof, filter, targets, annotation.
 */

import type { Program } from '../../cel/cel.ts';
import { RequestError } from '../api/errors.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Logger } from '../observe/log.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import { jsonFilterInput } from '../webhooks/json-filter-input.ts';
import type { JudgeBody, RequestHead, WebhookRequest } from '../webhooks/webhook-type.ts';
import type { Annotator, Applied } from './annotator.ts';
import { isAway } from './is-away.ts';
import type { Attempt, Pending } from './pending.ts';
import type { Route, RouteTable, Serving, TargetEntry } from './routes.ts';
import type { SelectedTarget, Targets } from './targets.ts';

export interface DelivererOptions {
  readonly routes: RouteTable;
  /** False while routes are still missing, so that an unknown path may yet be a known one. */
  readonly complete: () => boolean;
  readonly targets: Targets;
  readonly annotator: Annotator;
  readonly pending: Pending;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
  readonly log: Logger;
}

/** What filters see, made once a request. */
interface FilterInput {
  readonly req: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A genuine webhook, and what its targets are chosen by. */
interface Question {
  readonly route: Route;
  readonly serving: Serving;
  /** Undefined: there is no filter. */
  readonly input: FilterInput | undefined;
  /** What keeping it costs. */
  readonly bytes: number;
  /** When the sender must have an answer, in ms since the epoch. */
  readonly deadlineMs: number;
}

/** A sender has its answer within 5 s. */
const ANSWER_WITHIN_MS = 4_500;
const POST_ONLY: readonly string[] = ['POST'];

export function createDeliverer(options: DelivererOptions): Endpoint {
  const { routes, complete, targets, annotator, pending, sameNamespaceOnly, log } = options;

  function checkEvent(serving: Serving, header: string | undefined, head: RequestHead): void {
    if (serving.events === undefined || header === undefined) return;
    const event = firstHeader(head, header);
    if (event === undefined || !serving.events.has(event.toLowerCase())) throw new RequestError('EventNotListed');
  }

  function passes({ serving, input }: Question, entry: TargetEntry, target: SelectedTarget): boolean {
    if (input === undefined) return true;
    const variables = { ...input, res: target.res ?? {} };
    const holds = (filter: Program | undefined): boolean => filter === undefined || filter.evaluate(variables) === true;
    try {
      return holds(serving.filter) && holds(entry.filter);
    } catch (error) {
      throw new RequestError('FilterFailed', `${labelOf(entry)}: ${messageOf(error)}`, { cause: error });
    }
  }

  async function select(route: Route, entry: TargetEntry): Promise<readonly SelectedTarget[]> {
    if (sameNamespaceOnly && entry.namespace !== route.namespace) {
      const message = `${labelOf(entry)}: references to other namespaces are switched off`;
      throw new RequestError('TargetForbidden', message);
    }
    return await targets.select(entry);
  }

  /** The API server was away before it was known which objects the entry means: the whole question is kept. */
  function keepSelection(question: Question, entry: TargetEntry): Applied {
    const attempt = async (): Promise<Attempt> => {
      try {
        const found = await select(question.route, entry);
        const wanted = found.filter((target) => passes(question, entry, target));
        return wanted.every((target) => annotator.keep(target)) ? 'done' : 'away';
      } catch (error) {
        if (isAway(error)) return 'away';
        return error instanceof RequestError ? 'gone' : 'refused';
      }
    };
    if (!pending.owe({ label: labelOf(entry), bytes: question.bytes, attempt })) throw new RequestError('PendingFull');
    return 'pending';
  }

  async function notify(question: Question, entry: TargetEntry): Promise<Applied[]> {
    let found: readonly SelectedTarget[];
    try {
      found = await select(question.route, entry);
    } catch (error) {
      if (isAway(error)) return [keepSelection(question, entry)];
      throw error;
    }
    const waitMs = Math.max(question.deadlineMs - Date.now(), 0);
    const answers = found.map(async (target) =>
      passes(question, entry, target) ? [await annotator.request(target, waitMs)] : [],
    );
    return (await settleAll(answers)).flat();
  }

  async function deliver(
    route: Route,
    serving: Serving,
    request: WebhookRequest,
    judgeBody: JudgeBody,
  ): Promise<200 | 202> {
    const deadlineMs = Date.now() + ANSWER_WITHIN_MS;
    const { claims } = await judgeBody(request.body);
    const input = serving.filtered ? filterInput(route, request, claims) : undefined;
    const question = { route, serving, input, bytes: input === undefined ? 0 : request.body.length, deadlineMs };
    const about = { controller: 'receiver', namespace: route.namespace, name: route.name, type: route.type?.name };
    try {
      const answers = (await settleAll(serving.entries.map((entry) => notify(question, entry)))).flat();
      const status = answers.includes('pending') ? 202 : 200;
      log.info({ ...about, targets: answers.length, status }, 'webhook accepted');
      return status;
    } catch (error) {
      const code = error instanceof RequestError ? error.code : 'TargetRefused';
      log.error({ ...about, code, error: messageOf(error) }, 'webhook failed');
      throw error instanceof RequestError ? error : new RequestError(code, messageOf(error), { cause: error });
    }
  }

  function filterInput(route: Route, request: WebhookRequest, claims: FilterInput['claims']): FilterInput {
    const req = route.type?.filterInput?.(request) ?? jsonFilterInput(request);
    return claims === undefined ? { req } : { req, claims };
  }

  function methodsOf(route: Route): readonly string[] {
    return route.type?.methods ?? POST_ONLY;
  }

  return {
    name: 'receiver',
    allowedMethods(path) {
      const route = routes.find(path);
      return route === undefined ? [] : methodsOf(route);
    },
    admit(path, method) {
      const route = routes.find(path);
      if (route === undefined) throw new RequestError(complete() ? 'PathUnknown' : 'ReceiverUnavailable');
      if (!methodsOf(route).includes(method)) throw new RequestError('MethodNotAllowed');
      const { serving, type } = route;
      if (serving === undefined || type === undefined) throw new RequestError('ReceiverUnavailable');
      return {
        type: type.name,
        about: { namespace: route.namespace, name: route.name },
        head(head) {
          const judgeBody = serving.verifier.head(head);
          checkEvent(serving, type.eventHeader, head);
          return (body) => deliver(route, serving, { ...head, body }, judgeBody);
        },
      };
    },
  };
}

/** Waits for all, so that one failure keeps nothing else from being done; then throws, for want of room first of all. */
async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (errors.length > 0) throw errors.find(isPendingFull) ?? errors[0];
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function isPendingFull(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'PendingFull';
}

function labelOf(entry: TargetEntry): string {
  return `${entry.kind}/${entry.namespace}/${entry.name}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
