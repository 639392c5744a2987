/**
 * Explains one request to one Receiver: by the compiler, the selection and the filters of the flow, but nothing is
 * annotated, and each filter is traced.
 */
import { httpStatusOf, RequestError, type RequestErrorCode } from '../../api/errors.ts';
import { messageOf } from '../../api/message-of.ts';
import type { ResourceMetadata } from '../../api/meta.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';
import { compileSpec } from '../../receivers/compile.ts';
import type { TargetEntry } from '../../receivers/target-entry.ts';
import type { ProvedRequest, WebhookRequest, WebhookType, WebhookVerifier } from '../../webhooks/webhook-type.ts';
import { explainHead, type Head } from './explain-head.ts';
import type { ExplainedRequest, ExplainedTarget, Explanation } from './explanation.ts';
import { explanationText, targetText } from './explanation-text.ts';
import { type Filtering, type Result, runFilters } from './run-filters.ts';

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
  /** It was proved when it came: with these claims, of which undefined means that they are not known. */
  readonly kept?: Pick<ProvedRequest, 'claims'>;
  /** The objects that an entry means. @throws RequestError TargetNotFound, TargetInvalid, TargetForbidden, TargetRefused */
  readonly select: (entry: TargetEntry) => readonly FoundObject[] | Promise<readonly FoundObject[]>;
  /** Waited for before each run of a target's filters; what it throws ends the explanation. */
  readonly breathe?: () => Promise<void>;
}

/** @throws ReceiverError where the Receiver cannot be served as it is written. */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { receiver, types, request, path = 'skipped', verifier, kept } = options;
  const compiled = compileSpec(receiver, types);
  const head = await explainHead({ receiver, request, path, verifier, kept }, compiled);
  const unknown = { claims: kept === undefined ? NO_TOKEN : NOT_KEPT };
  const filtering = { ...compiled, resourceFilter: receiver.spec.resourceFilter, unknown };
  const targets: ExplainedTarget[] = [];
  for (const [index, entry] of compiled.targets.entries.entries()) {
    const filter = receiver.spec.resources[index]?.filter;
    targets.push(...(await explainEntry(options, filtering, head, { entry, filter })));
  }
  const explained = { request: head.request, targets, answer: answerOf(head, targets) };
  const { namespace, name } = receiver.metadata;
  return { ...explained, text: explanationText(`${namespace}/${name}`, explained) };
}

/** Why claims have no value. */
const NOT_KEPT = 'claims are not known for a kept delivery';
const NO_TOKEN = 'claims are not known: the request has no ID token';
const DELIVERED = 'Delivered';
const NOT_LISTED = 'EventNotListed';

function answerOf({ failure }: Head, targets: readonly ExplainedTarget[]): Explanation['answer'] {
  if (failure === 'ignored') return { status: 200, code: NOT_LISTED };
  if (failure === 'handshake') return { status: 200, code: DELIVERED };
  const failed = targets.find(({ outcome }) => outcome === 'refused') ?? targets.find(({ code }) => code !== DELIVERED);
  const code = failure ?? (failed?.code as RequestErrorCode | undefined);
  return code === undefined ? { status: 200, code: DELIVERED } : { status: httpStatusOf(code), code };
}

interface EntryAndFilter {
  readonly entry: TargetEntry;
  readonly filter: string | undefined;
}

async function explainEntry(
  options: ExplainOptions,
  filtering: Filtering,
  { failure, inputs }: Head,
  { entry, filter }: EntryAndFilter,
): Promise<readonly ExplainedTarget[]> {
  const target = (name: string, result: Result) => explainedTarget(entry, name, result);
  if (failure === 'ignored' || failure === 'handshake') {
    const code = failure === 'ignored' ? NOT_LISTED : DELIVERED;
    return [target(entry.name, { outcome: 'ignored', code, tree: {} })];
  }
  if (failure !== undefined) return [target(entry.name, { outcome: 'refused', code: failure, tree: {} })];
  try {
    if (entry.fault !== undefined) throw new RequestError('TargetInvalid', entry.fault);
    const targets: ExplainedTarget[] = [];
    for (const { name, res } of await options.select(entry)) {
      targets.push(target(name, await runFilters(options, { ...filtering, entry, filter }, inputs, res)));
    }
    return targets;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return [target(entry.name, { outcome: 'refused', code: error.code, note: messageOf(error), tree: {} })];
  }
}

function explainedTarget({ kind, namespace, field }: TargetEntry, name: string, result: Result): ExplainedTarget {
  const { note, ...rest } = result;
  const target = { ref: `${kind}/${namespace}/${name}`, entry: field, ...rest };
  return { ...target, text: targetText(target, note) };
}
