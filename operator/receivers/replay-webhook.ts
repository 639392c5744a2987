/** Has a webhook go through a Receiver's filters and targets of today once more, from its kept body: it was proved when it came. */
import { defined } from '../api/defined.ts';
import { httpStatusOf, RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { RECEIVER_KIND } from '../api/receiver/receiver.ts';
import type { HeldDelivery } from '../deliveries/records/held-delivery.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { DeliveryRecord } from '../deliveries/records/record.ts';
import { createTargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { ProvedRequest } from '../webhooks/webhook-type.ts';
import { judgeRequest, type ServedRoute, servedRoute } from './judge-request.ts';
import type { Notifier } from './notify.ts';
import { notifyRequest, statusOf } from './notify-request.ts';
import { settleLater, verdictOf, type WebhookNotes } from './record-webhook.ts';
import type { RouteTable } from './routes.ts';

export interface ReplayOptions {
  readonly journal: Journal;
  readonly routes: Pick<RouteTable, 'findByKey'>;
  readonly notifier: Notifier;
  readonly clock: Pick<Clock, 'now' | 'elapsedMs'>;
  readonly log: Logger;
}

export interface WebhookToReplay extends ProvedRequest {
  /** Of this replica or another one. */
  readonly delivery: HeldDelivery;
}

/** @returns the record of it; undefined: no records are kept. Never throws. */
export async function replayWebhook(
  options: ReplayOptions,
  webhook: WebhookToReplay,
): Promise<DeliveryRecord | undefined> {
  const { journal, clock } = options;
  const { delivery, request } = webhook;
  const [startedMs, atMs] = [clock.elapsedMs(), clock.now()];
  const notes: WebhookNotes = {};
  const { status, code } = await outcomeOf(options, webhook, notes);
  const verdict = verdictOf(status, notes);
  const replayed = journal.add({
    atMs,
    ms: clock.elapsedMs() - startedMs,
    bytes: request.body.length,
    object: delivery.object,
    type: delivery.type,
    event: delivery.event ?? notes.event,
    origin: 'replayed',
    verdict,
    code: verdict === 'ignored' ? 'EventNotListed' : code,
    status,
    targets: notes.account?.targets,
    targetCounts: notes.account?.counts,
    announced: notes.announced,
    duplicateOf: delivery.id,
  });
  if (replayed?.verdict === 'pending') settleLater(journal, replayed, notes);
  return replayed;
}

interface Outcome {
  readonly status: number;
  readonly code: string;
}

async function outcomeOf(
  { routes, notifier, log }: ReplayOptions,
  webhook: WebhookToReplay,
  notes: WebhookNotes,
): Promise<Outcome> {
  const { namespace, name } = webhook.delivery.object;
  const about = { controller: RECEIVER_KIND.toLowerCase(), namespace, name, type: webhook.delivery.type };
  try {
    const route = routes.findByKey(`${namespace}/${name}`);
    if (route === undefined) throw new RequestError('PathUnknown');
    const served = servedRoute(route);
    if (served === undefined) throw new RequestError('ReceiverUnavailable');
    await notifyAgain(notifier, served, webhook, notes);
    const status = statusOf(notes.notified ?? []);
    log.info({ ...about, status }, 'webhook replayed');
    return { status, code: 'Delivered' };
  } catch (error) {
    const code = error instanceof RequestError ? error.code : 'InternalError';
    log.error({ ...about, code, error: messageOf(error) }, 'webhook could not be replayed');
    return { status: httpStatusOf(code), code };
  }
}

async function notifyAgain(
  notifier: Notifier,
  served: ServedRoute,
  { request, claims }: ProvedRequest,
  notes: WebhookNotes,
): Promise<void> {
  const startedMs = notifier.nowMs();
  const proved = { ...served, serving: { ...served.serving, verifier: { head: () => () => defined({ claims }) } } };
  notes.account = createTargetOutcomes();
  const { account } = notes;
  notes.notified = await judgeRequest(
    proved,
    request,
    notes,
  )(request.body, (inputs) =>
    notifyRequest(notifier, served, { inputs, bytes: request.body.length, startedMs, account }),
  );
}
