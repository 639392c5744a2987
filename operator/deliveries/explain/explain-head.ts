/** Explains how far a request comes before its targets are chosen: proof, content type, event, and what filters see. */
import { RequestError, type RequestErrorCode } from '../../api/errors.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';
import type { CompiledSpec } from '../../receivers/compile.ts';
import { messageVariable } from '../../sources/envelopes/message-variable.ts';
import type { SourceEvent } from '../../sources/envelopes/unwrap.ts';
import { filterInput } from '../../webhooks/filter-input.ts';
import { firstHeader } from '../../webhooks/first-header.ts';
import type { EventReader, Verified, WebhookRequest, WebhookVerifier } from '../../webhooks/webhook-type.ts';
import type { ExplainedRequest } from './explanation.ts';

export interface HeadOptions {
  readonly receiver: Receiver;
  readonly request: WebhookRequest;
  /** `unknown`: the Receiver is not served. */
  readonly path: ExplainedRequest['path'];
  /** Judges whether it is genuine; undefined: it is taken as genuine. */
  readonly verifier: WebhookVerifier | undefined;
}

/** How far the request came. */
export interface Head {
  readonly request: ExplainedRequest;
  /** `ignored`: none of its events is listed, `handshake`: it has none; either is answered 200 all the same. */
  readonly failure: RequestErrorCode | 'ignored' | 'handshake' | undefined;
  /** What filters see beside `res`; undefined where there is a failure. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
}

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
    const { failure, input } = await follow(options, compiled, found);
    return { request: found, failure, input };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { request: found, failure: error.code, input: undefined };
  }
}

type Outcome = Pick<Head, 'failure' | 'input'>;

async function follow(
  { receiver, request, verifier }: HeadOptions,
  compiled: CompiledSpec,
  found: Found,
): Promise<Outcome> {
  const { type, events, targets } = compiled;
  const acceptsUnlisted = receiver.spec.deliveries?.unlistedEvents === 'Accept';
  if (type.events === undefined && type.eventHeader !== undefined) {
    found.event = firstHeader(request, type.eventHeader) ?? '';
    found.eventListed = events === undefined || events.has(found.event.toLowerCase());
  }
  const prove = judgeHead(verifier, request, found);
  const isPing = found.event !== '' && found.event.toLowerCase() === type.pingEvent;
  if (!found.eventListed && !acceptsUnlisted && !isPing) throw new RequestError('EventNotListed');
  const { claims } = await prove();
  if (!found.eventListed) return { failure: 'ignored', input: undefined };
  if (type.events !== undefined) return ofEvents({ request, compiled, found, acceptsUnlisted }, type.events);
  // Without a filter the body may be anything.
  const req = targets.filtered ? filterInput(type, request) : {};
  return { failure: undefined, input: claims === undefined ? { req } : { req, claims } };
}

function judgeHead(
  verifier: WebhookVerifier | undefined,
  request: WebhookRequest,
  found: Found,
): () => Promise<Verified> {
  if (verifier === undefined) return async () => ({});
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

/** Of a batch the first event that is listed. */
function ofEvents({ request, compiled, found, acceptsUnlisted }: EventsOptions, reader: EventReader): Outcome {
  const { events: list, targets } = compiled;
  const events = reader.read(request).filter(({ handshake }) => handshake === undefined);
  const [first] = events;
  if (first === undefined) return { failure: 'handshake', input: undefined };
  const event = events.find((each) => list === undefined || list.has(each.type));
  found.event = (event ?? first).type;
  found.eventListed = event !== undefined;
  if (event === undefined) {
    if (reader.unlisted === 'refused' && !acceptsUnlisted) throw new RequestError('EventNotListed');
    return { failure: 'ignored', input: undefined };
  }
  if (targets.readsRequest && !event.isObject) throw new RequestError('FilterInputInvalid');
  return { failure: undefined, input: inputOf(event) };
}

function inputOf(event: SourceEvent): Readonly<Record<string, unknown>> {
  return { req: event.req, msg: messageVariable(event, { attempt: 0, broker: 'http' }) };
}
