/** Records webhooks: what came for a Receiver, what it was answered, and what became of its targets. */
import { RequestError } from '../api/errors.ts';
import { RECEIVER_KIND } from '../api/receiver/receiver.ts';
import type { BodyCopy } from '../deliveries/bodies/copy-body.ts';
import type { KeptBodies } from '../deliveries/bodies/kept-bodies.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { Delivery, DeliveryRecord, Verdict } from '../deliveries/records/record.ts';
import type { TargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { AnsweredRequest } from '../http/endpoint.ts';
import type { Clock } from '../observe/clock.ts';
import type { DeliveryNotes, ServedRoute } from './judge-request.ts';
import type { Notified } from './notify.ts';
import { providerIdOf } from './provider-id.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './routes.ts';

/** What is found out about a webhook while it is served. */
export interface WebhookNotes extends DeliveryNotes {
  account?: TargetOutcomes;
  notified?: readonly Notified[];
  /** Of a genuine request whose Receiver keeps bodies. */
  body?: BodyCopy | 'TooLarge' | undefined;
}

export interface WebhookRecorder {
  /** A request that was admitted was answered. */
  answered(served: ServedRoute, notes: WebhookNotes, request: AnsweredRequest): void;
  /** A request that was not admitted was answered: of a path that nobody has, or of a Receiver that does not take it. */
  refused(request: AnsweredRequest): void;
}

export interface WebhookRecorderOptions {
  readonly journal: Journal;
  readonly bodies: Pick<KeptBodies, 'keep'>;
  readonly routes: Pick<RouteTable, 'find' | 'findByKey' | 'findWithdrawn'>;
  readonly clock: Pick<Clock, 'now'>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Undefined where no records are kept. */
export function createWebhookRecorder(options: WebhookRecorderOptions): WebhookRecorder | undefined {
  const { journal, bodies, routes, clock } = options;
  if (!journal.enabled) return undefined;
  return {
    answered({ route }, notes, request) {
      // A sender that asks whether it may send has delivered nothing.
      if (request.head.method === 'OPTIONS' && request.status === 200) return;
      if (isFolded(journal, route, notes, request, clock.now())) return;
      const record = journal.add(deliveryOf(route, notes, request, clock.now()));
      if (record !== undefined) bodies.keep(record, notes.body);
      if (record?.verdict === 'pending') settleLater(journal, record, notes);
    },
    refused(request) {
      const { path, head, code = 'InternalError' } = request;
      const route = routes.find(path) ?? routes.findWithdrawn(path);
      const suspended = route && (routes.findByKey(route.key) ?? route).suspended;
      if (route !== undefined) journal.add({ ...deliveryOf(route, {}, request, clock.now()), suspended });
      else {
        const method = METHODS.has(head.method) ? head.method : 'OTHER';
        journal.unknownPath({ atMs: clock.now() - request.ms, from: request.sender(), method, code });
      }
    },
  };
}

/** A refusal like one before is all that it is: nothing more is read of the request. */
function isFolded(
  journal: Journal,
  route: Route,
  notes: WebhookNotes,
  { head, status, code, ms }: AnsweredRequest,
  nowMs: number,
): boolean {
  if (code === undefined || verdictOf(status, notes) !== 'refused') return false;
  const { namespace, name } = route;
  const object = { kind: RECEIVER_KIND, namespace, name };
  return journal.fold({ object, code, event: eventOf(route, notes, head), atMs: nowMs - ms });
}

function eventOf({ type }: Route, notes: WebhookNotes, { headers }: AnsweredRequest['head']): string | undefined {
  return notes.event ?? (type?.eventHeader === undefined ? undefined : textOf(headers[type.eventHeader]));
}

function deliveryOf(route: Route, notes: WebhookNotes, request: AnsweredRequest, nowMs: number): Delivery {
  const { head, status, code, ms, bytes } = request;
  const { headers } = head;
  const { type, namespace, name } = route;
  const verdict = verdictOf(status, notes);
  return {
    atMs: nowMs - ms,
    ms,
    bytes,
    object: { kind: RECEIVER_KIND, namespace, name },
    type: type?.name ?? 'unknown',
    event: eventOf(route, notes, head),
    providerId: providerIdOf(headers) ?? notes.providerId,
    from: request.sender(),
    userAgent: headers['user-agent'],
    origin: 'http',
    verdict,
    code: verdict === 'ignored' ? 'EventNotListed' : (code ?? 'Delivered'),
    status,
    credential: notes.credential ?? route.credential,
    targets: notes.account?.targets,
    targetCounts: notes.account?.counts,
    announced: notes.announced,
  };
}

/** @param status of the answer. */
export function verdictOf(status: number, { ignored = false }: WebhookNotes): Verdict {
  if (status === 202) return 'pending';
  if (status !== 200) return 'refused';
  return ignored ? 'ignored' : 'accepted';
}

/** What was kept is applied, or given up. */
export function settleLater(journal: Journal, record: DeliveryRecord, { notified = [] }: WebhookNotes): void {
  const settle = (verdict: Verdict, code: string): void => {
    record.verdict = verdict;
    record.code = code;
    journal.changed(record);
  };
  void Promise.all(notified.map(({ whenApplied }) => whenApplied())).then(
    () => settle('accepted', 'Delivered'),
    (error) => settle('refused', error instanceof RequestError ? error.code : 'InternalError'),
  );
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
