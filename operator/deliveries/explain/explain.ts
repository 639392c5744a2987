/**
 * Explains one request to one Receiver: by the compiler, the selection and the filters of the flow, but nothing is
 * annotated, and each filter is traced.
 */
import { type TraceNode, trace } from '../../../cel/cel.ts';
import { httpStatusOf, RequestError, type RequestErrorCode } from '../../api/errors.ts';
import { messageOf } from '../../api/message-of.ts';
import type { ResourceMetadata } from '../../api/meta.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';
import { type CompiledSpec, compileSpec } from '../../receivers/compile.ts';
import { filterTypes } from '../../receivers/compile-targets.ts';
import type { TargetEntry } from '../../receivers/target-entry.ts';
import { messageVariable } from '../../sources/envelopes/message-variable.ts';
import { filterInput } from '../../webhooks/filter-input.ts';
import { firstHeader } from '../../webhooks/first-header.ts';
import type { EventReader, WebhookRequest, WebhookType } from '../../webhooks/webhook-type.ts';
import type { ExplainedRequest, ExplainedTarget, Explanation } from './explanation.ts';
import { explanationText, targetText } from './explanation-text.ts';

/** An object that an entry means. */
export interface FoundObject {
  readonly name: string;
  readonly res: ResourceMetadata;
}

export interface ExplainOptions {
  readonly receiver: Receiver;
  readonly types: ReadonlyMap<string, WebhookType>;
  readonly request: WebhookRequest;
  /** The objects that an entry means. @throws RequestError TargetNotFound, TargetInvalid */
  readonly select: (entry: TargetEntry) => readonly FoundObject[];
}

/** How far the request came before its targets were chosen. */
interface Head {
  readonly request: ExplainedRequest;
  /** `ignored`: it asks for nothing, and is answered 200 all the same. */
  readonly failure: RequestErrorCode | 'ignored' | undefined;
  /** What filters see beside `res`; undefined where there is a failure. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
}

/** @throws ReceiverError where the Receiver cannot be served as it is written. */
export function explain(options: ExplainOptions): Explanation {
  const { receiver, types } = options;
  const compiled = compileSpec(receiver, types);
  const head = explainHead(options, compiled);
  const targets = compiled.targets.entries.flatMap((entry, index) =>
    explainEntry(options, compiled.type, head, { entry, filter: receiver.spec.resources[index]?.filter }),
  );
  const failure = head.failure === 'ignored' ? DELIVERED : head.failure;
  const code = failure ?? targets.find(({ outcome }) => outcome === 'refused')?.code ?? DELIVERED;
  const answer = { status: code === DELIVERED ? 200 : httpStatusOf(code as RequestErrorCode), code };
  const { namespace, name } = receiver.metadata;
  const explained = { request: head.request, targets, answer };
  return { ...explained, text: explanationText(`${namespace}/${name}`, explained) };
}

const DELIVERED = 'Delivered';

function explainHead(options: ExplainOptions, { type, events, targets }: CompiledSpec): Head {
  if (type.events !== undefined) return explainEvents(options, type.name, type.events, events);
  const { receiver, request } = options;
  const event = type.eventHeader === undefined ? '' : (firstHeader(request, type.eventHeader) ?? '');
  const eventListed = events === undefined || events.has(event.toLowerCase());
  const explained = { ...aboutRequest(type.name, request), event, eventListed };
  if (receiver.spec.suspend === true) return { request: explained, failure: 'ReceiverUnavailable', input: undefined };
  if (!eventListed) return { request: explained, failure: 'EventNotListed', input: undefined };
  try {
    // Without a filter the body may be anything.
    const req = targets.filtered ? filterInput(type, request) : {};
    return { request: explained, failure: undefined, input: { req } };
  } catch (error) {
    return { request: explained, failure: codeOf(error), input: undefined };
  }
}

/** Of a batch the first event that is listed. */
function explainEvents(
  { receiver, request }: ExplainOptions,
  type: string,
  { read, unlisted }: EventReader,
  list: CompiledSpec['events'],
): Head {
  const about = { ...aboutRequest(type, request), event: '', eventListed: true };
  if (receiver.spec.suspend === true) return { request: about, failure: 'ReceiverUnavailable', input: undefined };
  try {
    const events = read(request).filter(({ handshake }) => handshake === undefined);
    const event = events.find((each) => list === undefined || list.has(each.type));
    if (event !== undefined) {
      const msg = messageVariable(event, { attempt: 0, broker: 'http' });
      return { request: { ...about, event: event.type }, failure: undefined, input: { req: event.req, msg } };
    }
    const [first] = events;
    if (first === undefined) return { request: about, failure: 'ignored', input: undefined };
    const failure = unlisted === 'refused' ? 'EventNotListed' : 'ignored';
    return { request: { ...about, event: first.type, eventListed: false }, failure, input: undefined };
  } catch (error) {
    return { request: about, failure: codeOf(error), input: undefined };
  }
}

function aboutRequest(type: string, { headers }: WebhookRequest) {
  return { path: 'skipped', type, proof: 'skipped', contentType: headers['content-type'] ?? '' } as const;
}

function codeOf(error: unknown): RequestErrorCode {
  if (!(error instanceof RequestError)) throw error;
  return error.code;
}

interface EntryAndFilter {
  readonly entry: TargetEntry;
  readonly filter: string | undefined;
}

function explainEntry(
  options: ExplainOptions,
  type: WebhookType,
  head: Head,
  { entry, filter }: EntryAndFilter,
): readonly ExplainedTarget[] {
  const target = (name: string, result: Result) => explainedTarget(entry, name, result);
  const { failure, input } = head;
  if (failure === 'ignored') return [target(entry.name, { outcome: 'ignored', code: DELIVERED, tree: {} })];
  if (failure !== undefined || input === undefined) {
    return [target(entry.name, { outcome: 'refused', code: failure ?? 'InternalError', tree: {} })];
  }
  try {
    if (entry.fault !== undefined) throw new RequestError('TargetInvalid', entry.fault);
    return options.select(entry).map(({ name, res }) => {
      const values = { ...input, res };
      return target(name, runFilters(options.receiver.spec.resourceFilter, filter, type, values));
    });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return [target(entry.name, { outcome: 'refused', code: error.code, message: messageOf(error), tree: {} })];
  }
}

type Result = Pick<ExplainedTarget, 'outcome' | 'code' | 'tree'> & { readonly message?: string };

function explainedTarget({ kind, namespace, field }: TargetEntry, name: string, result: Result): ExplainedTarget {
  const { message, ...rest } = result;
  const target = { ref: `${kind}/${namespace}/${name}`, entry: field, ...rest };
  return { ...target, text: targetText(target, message) };
}

/** As the flow: the second filter is asked where the first one holds. */
function runFilters(
  resourceFilter: string | undefined,
  filter: string | undefined,
  type: WebhookType,
  values: Readonly<Record<string, unknown>>,
): Result {
  const tree: { resourceFilter?: TraceNode; filter?: TraceNode } = {};
  for (const [field, expression] of [
    ['resourceFilter', resourceFilter],
    ['filter', filter],
  ] as const) {
    if (!expression) continue;
    const traced = trace(expression, { variables: filterTypes(type.filterVariables), result: 'bool' }, values);
    tree[field] = traced.tree;
    if (traced.error !== undefined) return { outcome: 'refused', code: 'FilterFailed', message: traced.error, tree };
    if (traced.value !== true) return { outcome: 'filtered', code: DELIVERED, tree };
  }
  return { outcome: 'annotated', code: DELIVERED, tree };
}
