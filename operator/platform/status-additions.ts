/**
 * Lets a feature add conditions and fields to statuses that another one owns. The owner stays the one writer: it merges
 * what is provided into each status that it writes, so that two features never race for one object.
 *
 * ```ts
 * additions.own('Receiver', (key) => receivers.enqueue(key, 'backlog'));                       // the owner
 * await patchStatus(client, type, receiver, await additions.merge('Receiver', receiver, desired));
 *
 * additions.provide('Receiver', ({ metadata }) => ({ fields: { lastDelivery: last(metadata) } })); // any other feature
 * additions.request('Receiver', 'apps/web');
 * ```
 */
import type { Condition } from '../api/meta.ts';
import { type ObservedCondition, removeCondition, setCondition } from '../kube/conditions.ts';
import type { KubeObject } from '../kube/kube-client.ts';
import type { Clock } from '../observe/clock.ts';

/** What one feature has to say in a status. */
export interface StatusAddition {
  /** Each as it is found; when it came about is worked out by the rules of `setCondition`. */
  readonly conditions?: readonly ObservedCondition[];
  /** Types of conditions that are to go. */
  readonly removed?: readonly string[];
  /** Each replaces the whole field of its name; undefined removes it. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Undefined: the object keeps what it has. The write waits for a promise, which a moment has to settle. */
export type ProvideStatus<T extends KubeObject> = (
  object: T,
) => StatusAddition | undefined | Promise<StatusAddition | undefined>;

export interface StatusAdditions {
  /** Adds to the statuses of a kind, from now on, in the order of these calls. */
  provide<T extends KubeObject>(kind: string, provide: ProvideStatus<T>): void;
  /** Has the owner write an object's status soon, where something differs; nothing where this replica does not lead. */
  request(kind: string, key: string): void;
  /** Registers the owner of a kind. @param enqueue has an object (`namespace/name`) reconciled. */
  own(kind: string, enqueue: (key: string) => void): void;
  /** `status` with what is provided for the object, or `status` itself. Of the owner. */
  merge<S extends StatusWithConditions>(kind: string, object: KubeObject, status: S): Promise<S>;
}

export interface StatusAdditionsOptions {
  readonly isLeader: () => boolean;
  readonly clock: Pick<Clock, 'now'>;
}

interface StatusWithConditions {
  conditions?: Condition[];
}

export function createStatusAdditions({ isLeader, clock }: StatusAdditionsOptions): StatusAdditions {
  const providers = new Map<string, ProvideStatus<KubeObject>[]>();
  const owners = new Map<string, (key: string) => void>();
  return {
    provide(kind, provide) {
      // Each kind has one type, which its owner hands on.
      providers.set(kind, [...(providers.get(kind) ?? []), provide as unknown as ProvideStatus<KubeObject>]);
    },
    request(kind, key) {
      if (isLeader()) owners.get(kind)?.(key);
    },
    own: (kind, enqueue) => void owners.set(kind, enqueue),
    async merge(kind, object, status) {
      let merged = status;
      for (const provide of providers.get(kind) ?? []) {
        const addition = await provide(object);
        if (addition !== undefined) merged = withAddition(merged, addition, clock.now());
      }
      return merged;
    },
  };
}

function withAddition<S extends StatusWithConditions>(status: S, addition: StatusAddition, nowMs: number): S {
  const { conditions: added = [], removed = [], fields = {} } = addition;
  let conditions = status.conditions;
  for (const type of removed) conditions = conditions && removeCondition(conditions, type);
  for (const condition of added) conditions = setCondition(conditions, condition, nowMs);
  return { ...status, ...fields, ...(conditions === undefined ? {} : { conditions }) };
}
