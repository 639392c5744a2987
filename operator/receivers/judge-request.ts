/** Judges whether a request to a Receiver is genuine and asks for something, however it came: by HTTP or through a broker. */
import { RequestError } from '../api/errors.ts';
import type { EventText } from '../kube/events/event-series.ts';
import { messageVariable } from '../sources/envelopes/message-variable.ts';
import type { SourceEvent } from '../sources/envelopes/unwrap.ts';
import { filterInput } from '../webhooks/filter-input.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import type { EventReader, RequestHead, Verified, WebhookRequest, WebhookType } from '../webhooks/webhook-type.ts';
import type { FilterInput } from './choose.ts';
import type { Credential, Route, Serving } from './routes.ts';

/** The route of a Receiver that is served. */
export interface ServedRoute {
  readonly route: Route;
  readonly serving: Serving;
  readonly type: WebhookType;
}

/** @returns undefined: the Receiver is suspended, stalled, or of a type that is not known. */
export function servedRoute(route: Route): ServedRoute | undefined {
  const { serving, type } = route;
  return serving === undefined || type === undefined ? undefined : { route, serving, type };
}

/** Makes what filters see of one event; undefined where there is no filter. @throws RequestError FilterInputInvalid */
export type MakeInput = () => FilterInput | undefined;

/** What a genuine request asks for beside its effect. */
export interface Asked {
  /** Answers it as JSON, once all is done. */
  readonly answer?: Readonly<Record<string, string>> | undefined;
  /** A Warning Event about the Receiver. */
  readonly warning?: EventText | undefined;
  /** The key of the Secret that proved it; undefined: that of the route. */
  readonly credential?: Credential | undefined;
}

/** What a genuine request is turned into: one input for each event that is listed. */
type Act<T> = (inputs: readonly MakeInput[], asked: Asked) => Promise<T>;

const NOTHING: Asked = {};

/**
 * Judges the head, and gives what judges the body and then acts. Not async: what filters see is large, and a frame that
 * waits for `act` would hold it.
 * @throws RequestError for all that the head alone can refuse; so does the function that it returns, for the body.
 */
export function judgeRequest(served: ServedRoute, head: RequestHead): <T>(body: Buffer, act: Act<T>) => Promise<T> {
  const { serving, type } = served;
  const judgeBody = serving.verifier.head(head);
  checkEvent(serving, type.eventHeader, head);
  return (body, act) =>
    Promise.resolve(body)
      .then(judgeBody)
      .then(({ claims, credential }) => {
        if (type.events !== undefined) return actOnEvents(serving, type.events, { ...head, body }, act);
        const input = serving.filtered ? inputOf(type, { ...head, body }, claims) : undefined;
        return act([() => input], credential === undefined ? NOTHING : { credential });
      });
}

/** Of an event header that comes twice the first counts, as in Go: it proves nothing. */
function checkEvent({ events }: Serving, header: string | undefined, head: RequestHead): void {
  if (events === undefined || header === undefined) return;
  const event = firstHeader(head, header);
  if (event === undefined || !events.has(event.toLowerCase())) throw new RequestError('EventNotListed');
}

function inputOf(type: WebhookType, request: WebhookRequest, claims: Verified['claims']): FilterInput {
  const req = filterInput(type, request);
  return claims === undefined ? { req } : { req, claims };
}

function actOnEvents<T>(serving: Serving, reader: EventReader, request: WebhookRequest, act: Act<T>): Promise<T> {
  const events = reader.read(request);
  return act(inputsOf(serving, reader, events), { answer: reader.answer?.(events), warning: warningOf(events) });
}

/** A handshake is no event. Without filters all events of a request ask for the same. */
function inputsOf(serving: Serving, { unlisted }: EventReader, all: readonly SourceEvent[]): readonly MakeInput[] {
  const { events: list, filtered } = serving;
  const events = all.filter(({ handshake }) => handshake === undefined);
  const listed = list === undefined ? events : events.filter(({ type }) => list.has(type));
  if (listed.length === 0) {
    if (events.length > 0 && unlisted === 'refused') throw new RequestError('EventNotListed');
    return [];
  }
  return filtered ? listed.map((event) => () => eventInput(serving, event)) : [() => undefined];
}

function eventInput({ readsRequest }: Serving, event: SourceEvent): FilterInput {
  if (readsRequest && !event.isObject) {
    throw new RequestError(
      'FilterInputInvalid',
      'a filter names req, and the payload of the event is not a JSON object',
    );
  }
  return { req: event.req, msg: messageVariable(event, { attempt: 0, broker: 'http' }) };
}

function warningOf(events: readonly SourceEvent[]): EventText | undefined {
  const ended = events.map(({ handshake }) => handshake).find((handshake) => handshake?.kind === 'sns-unsubscribe');
  if (ended === undefined) return undefined;
  const note = `the subscription to ${ended.topicArn} was ended; subscribe again if that was not meant`;
  return { type: 'Warning', reason: 'Unsubscribed', note };
}
