/**
 * Explains deliveries and requests to the Receivers of a running operator, and what other filters would make of them. A
 * call takes 1 s at most, and two are under way at a time: it shares a thread with webhooks, and lets them pass between
 * any two targets.
 */
import { ReceiverError } from '../../api/errors.ts';
import type { Receiver } from '../../api/receiver/receiver.ts';
import type { Clock } from '../../observe/clock.ts';
import type { TargetEntry } from '../../receivers/target-entry.ts';
import type { WebhookRequest, WebhookType, WebhookVerifier } from '../../webhooks/webhook-type.ts';
import { type ExplainOptions, explain, type FoundObject } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { type KeptDelivery, keptRequest } from './kept-request.ts';
import { type TriedFilters, withFilters } from './tried-filters.ts';
import { type WhatIf, whatIf } from './what-if.ts';

export interface Explainer {
  request(receiver: Receiver, request: WebhookRequest, filters: TriedFilters): Promise<Explained<Explanation>>;
  /** Its proof was judged when it came. */
  delivery(receiver: Receiver, delivery: KeptDelivery, filters: TriedFilters): Promise<Explained<Explanation>>;
  /** @param partial the replicas whose deliveries are missing. */
  whatIf(
    receiver: Receiver,
    deliveries: readonly IdentifiedDelivery[],
    filters: TriedFilters,
    partial?: readonly string[],
  ): Promise<Explained<WhatIf>>;
}

/** `Invalid`: a filter does not compile, or the Receiver cannot be served as it is written; `message` says where and why. */
export type Explained<T> =
  | { readonly answer: T }
  | { readonly refused: 'Busy' }
  | { readonly refused: 'TooSlow' }
  | { readonly refused: 'Invalid'; readonly message: string };

export interface IdentifiedDelivery extends KeptDelivery {
  readonly id: string;
}

export interface ExplainerOptions {
  readonly types: ReadonlyMap<string, WebhookType>;
  /** Whether a Receiver (`namespace/name`) has a path. */
  readonly hasPath: (receiver: string) => boolean;
  /** What proves requests to it; undefined: it is suspended or stalled. */
  readonly verifierOf: (receiver: string) => WebhookVerifier | undefined;
  /**
   * The objects that an entry of a Receiver in this namespace means, as they are now.
   * @throws RequestError of why there are none
   */
  readonly select: (namespace: string, entry: TargetEntry) => Promise<readonly FoundObject[]>;
  readonly clock: Clock;
}

class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
}

const MAX_AT_ONCE = 2;
const MAX_MS = 1_000;
/** So long nothing else gets its turn. */
const MAX_TURN_MS = 5;

/** Headers in which a proof is sent. That of Amazon SNS is in the body, and to judge it may confirm a subscription. */
const PROOF_HEADERS = [
  'authorization',
  'webhook-signature',
  'x-gitlab-token',
  'x-hub-signature',
  'x-hub-signature-256',
  'x-nexus-webhook-signature',
  'x-signature',
] as const;

interface Run {
  readonly options: ExplainerOptions;
  /** What was selected before, in the same run. */
  readonly selected: Map<string, Promise<readonly FoundObject[]>>;
  breathe(): Promise<void>;
}

export function createExplainer(options: ExplainerOptions): Explainer {
  let running = 0;
  const bounded = async <T>(explained: (run: Run) => Promise<T>): Promise<Explained<T>> => {
    if (running >= MAX_AT_ONCE) return { refused: 'Busy' };
    running += 1;
    try {
      return { answer: await withinTime(options, explained) };
    } catch (error) {
      if (error instanceof ReceiverError) return { refused: 'Invalid', message: error.message };
      if (error instanceof TooSlowError) return { refused: 'TooSlow' };
      throw error;
    } finally {
      running -= 1;
    }
  };
  const explainKept = (run: Run, receiver: Receiver, delivery: KeptDelivery) => {
    const { request, claims } = keptRequest(delivery, options.types.get(receiver.spec.type));
    return explained(run, receiver, { request, kept: { claims } });
  };
  return {
    request: (receiver, request, filters) =>
      bounded((run) => {
        const verifier = proofOf(run, receiver, request);
        return explained(run, withFilters(receiver, filters), { request, verifier });
      }),
    delivery: (receiver, delivery, filters) =>
      bounded((run) => explainKept(run, withFilters(receiver, filters), delivery)),
    whatIf: (receiver, deliveries, filters, partial = []) =>
      bounded(async (run) => {
        const tried = withFilters(receiver, filters);
        const compared = [];
        for (const delivery of deliveries) {
          const after = await explainKept(run, tried, delivery);
          const before = await explainKept(run, receiver, delivery).catch(refusedBefore);
          compared.push({ id: delivery.id, before, after });
        }
        return whatIf(compared, partial);
      }),
  };
}

/** It ends at its next step: what it waits for is waited for no longer. */
async function withinTime<T>(options: ExplainerOptions, explained: (run: Run) => Promise<T>): Promise<T> {
  const { clock } = options;
  const startedMs = clock.elapsedMs();
  const late = Promise.withResolvers<never>();
  const timer = clock.setTimeout(() => late.reject(new TooSlowError()), MAX_MS);
  let breathedMs = startedMs;
  const run: Run = {
    options,
    selected: new Map(),
    async breathe() {
      if (clock.elapsedMs() - breathedMs > MAX_TURN_MS) {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 0));
        breathedMs = clock.elapsedMs();
      }
      if (clock.elapsedMs() - startedMs > MAX_MS) throw new TooSlowError();
    },
  };
  const explaining = explained(run);
  explaining.catch(() => undefined);
  try {
    return await Promise.race([explaining, late.promise]);
  } finally {
    timer.cancel();
  }
}

function proofOf({ options }: Run, { metadata }: Receiver, { headers }: WebhookRequest): WebhookVerifier | undefined {
  if (PROOF_HEADERS.every((name) => headers[name] === undefined)) return undefined;
  return options.verifierOf(keyOf(metadata));
}

/** A Receiver that cannot be served as it is written has every webhook refused: what is tried may mend it. */
function refusedBefore(error: unknown): undefined {
  if (!(error instanceof ReceiverError)) throw error;
}

async function explained(
  run: Run,
  receiver: Receiver,
  question: Pick<ExplainOptions, 'request' | 'verifier' | 'kept'>,
): Promise<Explanation> {
  const { types, hasPath } = run.options;
  await run.breathe();
  return explain({
    receiver,
    types,
    ...question,
    path: hasPath(keyOf(receiver.metadata)) ? 'known' : 'unknown',
    select: (entry) => select(run, receiver.metadata.namespace, entry),
    breathe: run.breathe,
  });
}

function select({ options, selected }: Run, namespace: string, entry: TargetEntry): Promise<readonly FoundObject[]> {
  const known = selected.get(entry.field) ?? options.select(namespace, entry);
  selected.set(entry.field, known);
  return known;
}

function keyOf({ namespace, name }: Receiver['metadata']): string {
  return `${namespace}/${name}`;
}
