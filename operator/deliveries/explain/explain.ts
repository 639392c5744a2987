/**
 * Explains one request to one Receiver: by the compiler, the selection and the filters of the flow, but nothing is
 * annotated, and each filter is traced.
 */
import { type TraceNode, trace } from '../../../cel/cel.ts';
import { httpStatusOf, RequestError, type RequestErrorCode } from '../../api/errors.ts';
import { messageOf } from '../../api/message-of.ts';
import type { ResourceMetadata } from '../../api/meta.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';
import { compileSpec } from '../../receivers/compile.ts';
import { filterTypes } from '../../receivers/compile-targets.ts';
import type { TargetEntry } from '../../receivers/target-entry.ts';
import { firstHeader } from '../../webhooks/first-header.ts';
import { jsonFilterInput } from '../../webhooks/json-filter-input.ts';
import type { WebhookRequest, WebhookType } from '../../webhooks/webhook-type.ts';
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
  readonly failure: RequestErrorCode | undefined;
  /** Undefined where there is a failure. */
  readonly req: Readonly<Record<string, unknown>> | undefined;
}

/** @throws ReceiverError where the Receiver cannot be served as it is written. */
export function explain(options: ExplainOptions): Explanation {
  const { receiver, types } = options;
  const compiled = compileSpec(receiver, types);
  const head = explainHead(options, compiled.type, compiled.events);
  const targets = compiled.targets.entries.flatMap((entry, index) =>
    explainEntry(options, compiled.type, head, { entry, filter: receiver.spec.resources[index]?.filter }),
  );
  const code = head.failure ?? targets.find(({ outcome }) => outcome === 'refused')?.code ?? DELIVERED;
  const answer = { status: code === DELIVERED ? 200 : httpStatusOf(code as RequestErrorCode), code };
  const { namespace, name } = receiver.metadata;
  const explained = { request: head.request, targets, answer };
  return { ...explained, text: explanationText(`${namespace}/${name}`, explained) };
}

const DELIVERED = 'Delivered';

function explainHead(
  { receiver, request }: ExplainOptions,
  type: WebhookType,
  events: ReadonlySet<string> | undefined,
): Head {
  const event = type.eventHeader === undefined ? '' : (firstHeader(request, type.eventHeader) ?? '');
  const eventListed = events === undefined || events.has(event.toLowerCase());
  const contentType = request.headers['content-type'] ?? '';
  const explained = { path: 'skipped', type: type.name, proof: 'skipped', contentType, event, eventListed } as const;
  if (receiver.spec.suspend === true) return { request: explained, failure: 'ReceiverUnavailable', req: undefined };
  if (!eventListed) return { request: explained, failure: 'EventNotListed', req: undefined };
  try {
    const req = isFiltered(receiver) ? (type.filterInput?.(request) ?? jsonFilterInput(request)) : {};
    return { request: explained, failure: undefined, req };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { request: explained, failure: error.code, req: undefined };
  }
}

/** Without a filter the body may be anything. */
function isFiltered({ spec }: Receiver): boolean {
  return [spec.resourceFilter, ...spec.resources.map(({ filter }) => filter)].some(Boolean);
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
  const { failure, req } = head;
  if (failure !== undefined || req === undefined) {
    return [target(entry.name, { outcome: 'refused', code: failure ?? 'InternalError', tree: {} })];
  }
  try {
    if (entry.fault !== undefined) throw new RequestError('TargetInvalid', entry.fault);
    return options.select(entry).map(({ name, res }) => {
      const values = { req, res };
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
