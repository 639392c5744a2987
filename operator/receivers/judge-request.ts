/** Judges whether a request to a Receiver is genuine and asks for something, however it came: by HTTP or through a broker. */
import type { Announced } from '../api/announced.ts';
import { RequestError } from '../api/errors.ts';
import type { EventText } from '../kube/events/event-series.ts';
import { messageVariable } from '../sources/envelopes/message-variable.ts';
import type { SourceEvent } from '../sources/envelopes/unwrap.ts';
import { filterInput } from '../webhooks/filter-input.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import type { EventReader, RequestHead, Verified, WebhookRequest, WebhookType } from '../webhooks/webhook-type.ts';
import type { FilterInput } from './choose.ts';
import type { Credential, Route, Serving } from './route.ts';

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

/** What is found out about a request on its way, for its record. */
export interface DeliveryNotes {
  event?: string | undefined;
  providerId?: string | undefined;
  /** Of a genuine request. */
  announced?: Announced;
  /** Where it is not the one of its path. */
  credential?: Credential;
  /** It is genuine, and none of its events is listed. */
  ignored?: boolean;
}

/** What a genuine request asks for beside its effect. */
export interface Asked {
  /** Answers it as JSON, once all is done. */
  readonly answer?: Readonly<Record<string, string>> | undefined;
  /** A Warning Event about the Receiver. */
  readonly warning?: EventText | undefined;
  /** The key of the Secret that proved it; undefined: that of the route. */
  readonly credential?: Credential | undefined;
  /** Of its ID token. */
  readonly claims?: Verified['claims'] | undefined;
}

/** What a genuine request is turned into: one input for each event that is listed. */
type Act<T> = (inputs: readonly MakeInput[], asked: Asked) => Promise<T>;

/**
 * Judges the head, and gives what judges the body and then acts. Not async: what filters see is large, and a frame that
 * waits for `act` would hold it.
 * @param recorded what is found out goes there; undefined: nobody asks for it.
 * @throws RequestError for all that the head alone can refuse; so does the function that it returns, for the body.
 */
export function judgeRequest(
  served: ServedRoute,
  head: RequestHead,
  recorded?: DeliveryNotes,
): <T>(body: Buffer, act: Act<T>) => Promise<T> {
  const { serving, type } = served;
  const notes = recorded ?? {};
  const judgeBody = serving.verifier.head(head);
  const isListed = checkEvent(served, head);
  return (body, act) =>
    Promise.resolve(body)
      .then(judgeBody)
      .then(({ claims, credential }) => {
        const request = { ...head, body };
        takeNote(recorded, type, request);
        if (credential !== undefined) notes.credential = credential;
        const asked = { credential, claims };
        if (!isListed) return ignore(notes, act, asked);
        if (type.events !== undefined) return actOnEvents(serving, type.events, { request, notes }, act);
        const input = serving.filtered ? inputOf(type, request, claims) : undefined;
        return act([() => input], asked);
      });
}

/** A sender's own words: whatever they are, they change nothing but the record. */
function takeNote(notes: DeliveryNotes | undefined, { announced }: WebhookType, request: WebhookRequest): void {
  if (notes === undefined) return;
  try {
    const found = announced?.(request);
    if (found !== undefined) notes.announced = found;
  } catch {
    // It announces nothing that can be read.
  }
}

function ignore<T>(notes: DeliveryNotes, act: Act<T>, asked: Asked): Promise<T> {
  notes.ignored = true;
  return act([], asked);
}

/**
 * Of an event header that comes twice the first counts, as in Go: it proves nothing.
 * @returns false: a genuine request is answered 200, and nothing else is done. @throws RequestError EventNotListed
 */
function checkEvent({ serving, type }: ServedRoute, head: RequestHead): boolean {
  const { events, acceptsUnlisted } = serving;
  if (events === undefined || type.eventHeader === undefined) return true;
  const event = firstHeader(head, type.eventHeader)?.toLowerCase();
  if (event !== undefined && events.has(event)) return true;
  if (acceptsUnlisted || (event !== undefined && event === type.pingEvent)) return false;
  throw new RequestError('EventNotListed');
}

function inputOf(type: WebhookType, request: WebhookRequest, claims: Verified['claims']): FilterInput {
  const req = filterInput(type, request);
  return claims === undefined ? { req } : { req, claims };
}

function actOnEvents<T>(
  serving: Serving,
  reader: EventReader,
  { request, notes }: { readonly request: WebhookRequest; readonly notes: DeliveryNotes },
  act: Act<T>,
): Promise<T> {
  const events = reader.read(request);
  const [first] = events;
  if (first !== undefined) Object.assign(notes, { event: first.type, providerId: first.id });
  const inputs = inputsOf(serving, reader, events);
  const asked = { answer: reader.answer?.(events), warning: warningOf(events) };
  const isIgnored = inputs.length === 0 && events.some(({ handshake }) => handshake === undefined);
  return isIgnored ? ignore(notes, act, asked) : act(inputs, asked);
}

/** A handshake is no event. Without filters all events of a request ask for the same. */
function inputsOf(serving: Serving, { unlisted }: EventReader, all: readonly SourceEvent[]): readonly MakeInput[] {
  const { events: list, filtered, acceptsUnlisted } = serving;
  const events = all.filter(({ handshake }) => handshake === undefined);
  const listed = list === undefined ? events : events.filter(({ type }) => list.has(type));
  if (listed.length === 0) {
    if (events.length > 0 && unlisted === 'refused' && !acceptsUnlisted) throw new RequestError('EventNotListed');
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
