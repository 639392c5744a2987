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
import type { WebhookRequest, WebhookType, WebhookVerifier } from '../../webhooks/webhook-type.ts';
import { explainHead, type Head } from './explain-head.ts';
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
  /** Default `skipped`. */
  readonly path?: ExplainedRequest['path'];
  /** Judges whether it is genuine; absent: it is taken as genuine. */
  readonly verifier?: WebhookVerifier | undefined;
  /** The objects that an entry means. @throws RequestError TargetNotFound, TargetInvalid, TargetForbidden, TargetRefused */
  readonly select: (entry: TargetEntry) => readonly FoundObject[] | Promise<readonly FoundObject[]>;
  /** Waited for before each run of a target's filters; what it throws ends the explanation. */
  readonly breathe?: () => Promise<void>;
}

/** @throws ReceiverError where the Receiver cannot be served as it is written. */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { receiver, types, request, path = 'skipped', verifier } = options;
  const compiled = compileSpec(receiver, types);
  const head = await explainHead({ receiver, request, path, verifier }, compiled);
  const targets: ExplainedTarget[] = [];
  for (const [index, entry] of compiled.targets.entries.entries()) {
    const filter = receiver.spec.resources[index]?.filter;
    targets.push(...(await explainEntry(options, compiled.type, head, { entry, filter })));
  }
  const explained = { request: head.request, targets, answer: answerOf(head, targets) };
  const { namespace, name } = receiver.metadata;
  return { ...explained, text: explanationText(`${namespace}/${name}`, explained) };
}

const DELIVERED = 'Delivered';
const NOT_LISTED = 'EventNotListed';

function answerOf({ failure }: Head, targets: readonly ExplainedTarget[]): Explanation['answer'] {
  if (failure === 'ignored') return { status: 200, code: NOT_LISTED };
  if (failure === 'handshake') return { status: 200, code: DELIVERED };
  const refused = targets.find(({ outcome }) => outcome === 'refused');
  const code = failure ?? (refused?.code as RequestErrorCode | undefined);
  return code === undefined ? { status: 200, code: DELIVERED } : { status: httpStatusOf(code), code };
}

interface EntryAndFilter {
  readonly entry: TargetEntry;
  readonly filter: string | undefined;
}

async function explainEntry(
  options: ExplainOptions,
  type: WebhookType,
  { failure, input }: Head,
  { entry, filter }: EntryAndFilter,
): Promise<readonly ExplainedTarget[]> {
  const target = (name: string, result: Result) => explainedTarget(entry, name, result);
  if (failure === 'ignored' || failure === 'handshake') {
    const code = failure === 'ignored' ? NOT_LISTED : DELIVERED;
    return [target(entry.name, { outcome: 'ignored', code, tree: {} })];
  }
  if (failure !== undefined || input === undefined) {
    return [target(entry.name, { outcome: 'refused', code: failure ?? 'InternalError', tree: {} })];
  }
  try {
    if (entry.fault !== undefined) throw new RequestError('TargetInvalid', entry.fault);
    const targets: ExplainedTarget[] = [];
    for (const { name, res } of await options.select(entry)) {
      await options.breathe?.();
      const values = { ...input, res };
      targets.push(target(name, runFilters(options.receiver.spec.resourceFilter, filter, type, values)));
    }
    return targets;
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
