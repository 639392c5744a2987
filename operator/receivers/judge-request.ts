/** Judges whether a request to a Receiver is genuine and asks for something, however it came: by HTTP or through a broker. */
import { RequestError } from '../api/errors.ts';
import { firstHeader } from '../webhooks/first-header.ts';
import { jsonFilterInput } from '../webhooks/json-filter-input.ts';
import type { RequestHead, Verified, WebhookRequest, WebhookType } from '../webhooks/webhook-type.ts';
import type { FilterInput } from './choose.ts';
import type { Route, Serving } from './routes.ts';

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

/** What a genuine request is turned into; `input` is undefined where there is no filter. */
type Act<T> = (input: FilterInput | undefined) => Promise<T>;

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
      .then(({ claims }) => act(serving.filtered ? filterInput(type, { ...head, body }, claims) : undefined));
}

/** Of an event header that comes twice the first counts, as in Go: it proves nothing. */
function checkEvent({ events }: Serving, header: string | undefined, head: RequestHead): void {
  if (events === undefined || header === undefined) return;
  const event = firstHeader(head, header);
  if (event === undefined || !events.has(event.toLowerCase())) throw new RequestError('EventNotListed');
}

function filterInput(type: WebhookType, request: WebhookRequest, claims: Verified['claims']): FilterInput {
  const req = type.filterInput?.(request) ?? jsonFilterInput(request);
  return claims === undefined ? { req } : { req, claims };
}
