/** Explains how far a request comes before its targets are chosen: proof, content type, event, and what filters see. */
import { RequestError, type RequestErrorCode } from '../../api/errors.ts';
import { MAX_WEBHOOK_BYTES } from '../../api/max-webhook-bytes.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';
import type { CompiledSpec } from '../../receivers/compile.ts';
import { messageVariable } from '../../sources/envelopes/message-variable.ts';
import type { SourceEvent } from '../../sources/envelopes/unwrap.ts';
import { filterInput } from '../../webhooks/filter-input.ts';
import { firstHeader } from '../../webhooks/first-header.ts';
import { unprovedClaims } from '../../webhooks/unproved-claims.ts';
import type {
  EventReader,
  ProvedRequest,
  Verified,
  WebhookRequest,
  WebhookType,
  WebhookVerifier,
} from '../../webhooks/webhook-type.ts';
import type { ExplainedRequest } from './explanation.ts';

export interface HeadOptions {
  readonly receiver: Receiver;
  readonly request: WebhookRequest;
  /** `unknown`: the Receiver is not served. */
  readonly path: ExplainedRequest['path'];
  /** Judges whether it is genuine; undefined: it is taken as genuine. */
  readonly verifier: WebhookVerifier | undefined;
  /** What was found when it came, which is judged no more. */
  readonly kept: Pick<ProvedRequest, 'claims'> | undefined;
}

/** How far the request came. */
export interface Head {
  readonly request: ExplainedRequest;
  /** `ignored`: none of its events is listed, `handshake`: it has none; either is answered 200 all the same. */
  readonly failure: RequestErrorCode | 'ignored' | 'handshake' | undefined;
  /** One for each event that is listed, of most types one; empty where there is a failure. */
  readonly inputs: readonly Input[];
}

/** What filters see of one event beside `res`; a failure: they can see nothing of it. */
export type Input =
  | { readonly values: Readonly<Record<string, unknown>> }
  | { readonly failure: 'FilterInputInvalid'; readonly message: string };

/** What is found out on the way. */
type Found = { -readonly [Field in keyof ExplainedRequest]: ExplainedRequest[Field] };

/** In the order of the flow. Never throws what a request is refused with. */
export async function explainHead(options: HeadOptions, compiled: CompiledSpec): Promise<Head> {
  const { receiver, request, path } = options;
  const found: Found = {
    path,
    type: compiled.type.name,
    proof: 'skipped',
    contentType: request.headers['content-type'] ?? '',
    event: '',
    eventListed: true,
  };
  try {
    if (receiver.spec.suspend === true) throw new RequestError('ReceiverUnavailable');
    if (path === 'unknown') throw new RequestError('PathUnknown');
    if (request.body.length > MAX_WEBHOOK_BYTES) throw new RequestError('BodyTooLarge');
    return { request: found, ...(await follow(options, compiled, found)) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { request: found, failure: error.code, inputs: [] };
  }
}

type Outcome = Pick<Head, 'failure' | 'inputs'>;

async function follow(options: HeadOptions, compiled: CompiledSpec, found: Found): Promise<Outcome> {
  const { receiver, request, kept } = options;
  const { type, events, targets } = compiled;
  const acceptsUnlisted = receiver.spec.deliveries?.unlistedEvents === 'Accept';
  if (type.events === undefined && type.eventHeader !== undefined) {
    found.event = firstHeader(request, type.eventHeader) ?? '';
    found.eventListed = events === undefined || events.has(found.event.toLowerCase());
  }
  const prove = judgeHead(options, type, found);
  const isPing = found.event !== '' && found.event.toLowerCase() === type.pingEvent;
  if (!found.eventListed && !acceptsUnlisted && !isPing) throw new RequestError('EventNotListed');
  const verified = await prove();
  const claims = verified.claims ?? (kept === undefined ? claimsIn(type, request) : kept.claims);
  if (!found.eventListed) return { failure: 'ignored', inputs: [] };
  if (type.events !== undefined) return ofEvents({ request, compiled, found, acceptsUnlisted }, type.events);
  // Without a filter the body may be anything.
  const req = targets.filtered ? filterInput(type, request) : {};
  return { failure: undefined, inputs: [{ values: claims === undefined ? { req } : { req, claims } }] };
}

function judgeHead(
  { verifier, request, kept }: HeadOptions,
  { form }: WebhookType,
  found: Found,
): () => Promise<Verified> {
  if (verifier === undefined) {
    // What is redacted need not have its form any more.
    const judgeForm = kept === undefined ? form?.head(request) : undefined;
    return async () => judgeForm?.(request.body) ?? {};
  }
  found.proof = 'bad';
  const judgeBody = verifier.head(request);
  return async () => {
    const verified = await judgeBody(request.body);
    found.proof = 'good';
    return verified;
  };
}

interface EventsOptions {
  readonly request: WebhookRequest;
  readonly compiled: CompiledSpec;
  readonly found: Found;
  readonly acceptsUnlisted: boolean;
}

/** Each event of a batch that is listed. */
function ofEvents({ request, compiled, found, acceptsUnlisted }: EventsOptions, reader: EventReader): Outcome {
  const { events: list, targets } = compiled;
  const events = reader.read(request).filter(({ handshake }) => handshake === undefined);
  const [first] = events;
  if (first === undefined) return { failure: 'handshake', inputs: [] };
  const listed = events.filter(({ type }) => list === undefined || list.has(type));
  found.event = (listed[0] ?? first).type;
  found.eventListed = listed.length > 0;
  if (listed.length === 0) {
    if (reader.unlisted === 'refused' && !acceptsUnlisted) throw new RequestError('EventNotListed');
    return { failure: 'ignored', inputs: [] };
  }
  // Without a filter all events ask for the same.
  const judged = targets.filtered ? listed : listed.slice(0, 1);
  return { failure: undefined, inputs: judged.map((event) => inputOf(event, targets.readsRequest)) };
}

function inputOf(event: SourceEvent, readsRequest: boolean): Input {
  if (readsRequest && !event.isObject) {
    return { failure: 'FilterInputInvalid', message: 'the payload of the event is not a JSON object' };
  }
  return { values: { req: event.req, msg: messageVariable(event, { attempt: 0, broker: 'http' }) } };
}

/** What the ID token of a request that is taken as genuine says. @throws RequestError where it is none. */
function claimsIn({ filterVariables }: WebhookType, request: WebhookRequest): Verified['claims'] {
  if (filterVariables?.includes('claims') !== true || request.headers.authorization === undefined) return undefined;
  return unprovedClaims(request);
}
