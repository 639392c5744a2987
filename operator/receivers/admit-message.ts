/** Serves a webhook that came through a broker: the Receiver is found by its key, and judges it as if POSTed to its path. */
import { RequestError } from '../api/errors.ts';
import type { RequestHead } from '../api/request-head.ts';
import type { BodyCopy } from '../deliveries/bodies/copy-body.ts';
import type { TargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import { copyWebhook } from './copy-webhook.ts';
import { type DeliveryNotes, judgeRequest, servedRoute } from './judge-request.ts';
import { notifyEach } from './notify-each.ts';
import { type MessageNotifierOptions, notifyMessage, type Outcome, outcomeOf, worstOutcome } from './notify-message.ts';
import { providerIdOf } from './provider-id.ts';
import { regardingReceiver } from './receiver-event.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './routes.ts';
import type { TargetReports } from './target-reports.ts';

/** A webhook as a broker carries it. */
export interface CarriedWebhook {
  /** Its headers; without `content-type` it is JSON. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** When it was sent, by the broker's clock, in ms since 1970; undefined where the broker does not say. */
  readonly sentAtMs: number | undefined;
}

/** What is found out about a message while it is handled, for its record. */
export interface MessageNotes extends DeliveryNotes {
  /** Told of each target. */
  readonly account?: TargetOutcomes;
  /** The Receiver that judges it, where it is a webhook for one. */
  receiver?: { readonly namespace: string; readonly name: string; readonly type: string };
  /** Why it is not done, or why nothing was to be done. */
  code?: string | undefined;
  /** Of a genuine webhook whose Receiver keeps bodies. */
  body?: BodyCopy | 'TooLarge' | undefined;
}

export interface MessageAdmissionOptions extends MessageNotifierOptions {
  readonly routes: Pick<RouteTable, 'findByKey'>;
  readonly reports: TargetReports;
  /** Of this replica: it alone has seen the message. */
  readonly events: Pick<EventRecorder, 'record'>;
  /** The limit of a body, as it is for requests. */
  readonly maxBodyBytes: number;
}

/** @param key `namespace/name` of the Receiver. Never throws. */
export async function admitMessage(
  options: MessageAdmissionOptions,
  key: string,
  webhook: CarriedWebhook,
  notes: MessageNotes = {},
): Promise<Outcome> {
  const outcome = await admit(options, key, webhook, notes).catch((error: unknown) => {
    if (error instanceof RequestError) notes.code = error.code;
    return outcomeOf(error);
  });
  if (outcome.outcome !== 'done') notes.code = outcome.code;
  return outcome;
}

async function admit(
  options: MessageAdmissionOptions,
  key: string,
  webhook: CarriedWebhook,
  notes: MessageNotes,
): Promise<Outcome> {
  const { routes, reports, events, maxBodyBytes } = options;
  const route = routes.findByKey(key);
  const head = headOf(webhook);
  if (route !== undefined) takeNotes(notes, route, head);
  const served = route === undefined ? undefined : servedRoute(route);
  if (served === undefined) throw new RequestError('ReceiverUnavailable');
  if (webhook.body.length > maxBodyBytes) throw new RequestError('BodyTooLarge');
  const { route: owner, serving: targets } = served;
  const onFailed = reports.failed.bind(undefined, owner);
  const notify = (input: Parameters<typeof notifyMessage>[1]['input']) =>
    notifyMessage(options, { namespace: owner.namespace, targets, input, onFailed, account: notes.account });
  const judge = judgeRequest(served, head, notes);
  return await judge(webhook.body, async (inputs, { warning, claims }) => {
    notes.body = copyWebhook(served, { headers: head.headers, body: webhook.body }, claims);
    const outcome = worstOutcome(await notifyEach(inputs, notify, async (error) => outcomeOf(error)));
    if (warning !== undefined && outcome.outcome === 'done') events.record(regardingReceiver(owner), warning);
    return outcome;
  });
}

function takeNotes(notes: MessageNotes, { namespace, name, type }: Route, head: RequestHead): void {
  notes.receiver = { namespace, name, type: type?.name ?? 'unknown' };
  notes.event = type?.eventHeader === undefined ? undefined : firstHeader(head, type.eventHeader);
  notes.providerId = providerIdOf(head.headers);
}

function headOf({ headers, sentAtMs }: CarriedWebhook): RequestHead {
  const all: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  return {
    method: 'POST',
    headers: all,
    rawHeaders: Object.entries(all).flat(),
    ...(sentAtMs === undefined ? {} : { sentAtMs }),
  };
}
