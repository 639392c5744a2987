/**
 * Says of each object whether its targets can be found: the condition `ResolvedRefs`, and the metric of those that cannot.
 * The leader alone looks, as it alone writes; what is found is added to the status by the feature that owns it.
 */
import type { Condition } from '../../api/meta.ts';
import type { KubeObject } from '../../kube/kube-client.ts';
import { keyOf } from '../../kube/watch/object-store.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { StatusAddition, StatusAdditions } from '../../platform/status-additions.ts';
import type { TargetReference } from '../target-reference.ts';
import type { TargetWatches } from '../target-watches.ts';
import { crossNamespace, faulty } from './finding.ts';
import { type LookUpOptions, lookUp } from './look-up.ts';
import { createLooks, type Look, type Looks } from './looks.ts';
import { createOwner, type Owner, type OwnerReference, observe, shownBy } from './owner.ts';
import { type FoundReference, isUnresolved } from './resolved-refs.ts';

/** An object that refers to others. */
export interface Referrer extends KubeObject {
  spec: { suspend?: boolean };
  status?: { conditions?: Condition[] };
}

/** A kind of such objects. */
export interface ReferrerKind<T extends Referrer> {
  readonly kind: string;
  /** Undefined: its spec cannot be read. */
  referencesOf(object: T): readonly TargetReference[] | undefined;
  /** Whether every object of the kind has been reconciled once. Until then a status waits for no look. */
  isComplete(): boolean;
  /** Called once a spec with each reference that can mean no object. */
  onFault?(object: T, fault: FoundReference & { readonly reference: TargetReference }): void;
}

/** How many references of an object cannot be found for one reason. */
export interface UnresolvedSample {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  readonly count: number;
}

export interface References {
  /** Looks after the references of a kind from now on. */
  serve<T extends Referrer>(kind: ReferrerKind<T>): void;
  /** The object (`namespace/name`) is gone. */
  forget(kind: string, key: string): void;
  /** Something happened to an object of a kind that is watched elsewhere. */
  changed: Looks['changed'];
  samples(): Iterable<UnresolvedSample>;
  stop(): Promise<void>;
}

export interface ReferencesOptions extends Omit<LookUpOptions, 'watches'> {
  readonly watches: Pick<TargetWatches, 'listed' | 'subscribe'>;
  readonly additions: Pick<StatusAdditions, 'provide' | 'request'>;
  readonly isLeader: () => boolean;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

interface State {
  readonly options: ReferencesOptions;
  readonly looks: Looks;
  readonly owners: Map<string, Owner>;
}

const TYPE = 'ResolvedRefs';
/** How long a status that is written anyway waits for the first look, so that both are one write. */
const WAIT_MS = 1_000;

export function createReferences(options: ReferencesOptions): References {
  const { clock, log } = options;
  const owners = new Map<string, Owner>();
  const looks = createLooks({
    lookUp: (reference, forbidden) => lookUp(options, reference, forbidden),
    isWanted() {
      if (options.isLeader()) return true;
      looks.clear();
      owners.clear();
      return false;
    },
    onLooked: (look) => onLooked(state, look),
    clock,
    log,
  });
  const state: State = { options, looks, owners };
  options.watches.subscribe(looks.changed);
  return {
    serve: (kind) => options.additions.provide(kind.kind, (object) => addTo(state, kind, object as never)),
    forget: (kind, key) => forget(state, `${kind}/${key}`),
    changed: looks.changed,
    samples: () => (options.isLeader() ? samplesOf(owners.values()) : []),
    stop: () => looks.stop(),
  };
}

async function addTo<T extends Referrer>(
  state: State,
  kind: ReferrerKind<T>,
  object: T,
): Promise<StatusAddition | undefined> {
  const key = keyOf(object.metadata);
  // A suspended object keeps what it had.
  const owner = object.spec.suspend === true ? undefined : ownerOf(state, kind, object);
  if (owner === undefined) {
    forget(state, `${kind.kind}/${key}`);
    return undefined;
  }
  if ((owner.awaited?.size ?? 0) > 0 && kind.isComplete()) await firstLooks(state.options.clock, owner);
  const condition = observe(owner);
  if (condition === undefined) return undefined;
  owner.shown = condition;
  reportFaults(kind, object, owner);
  const { generation: observedGeneration = 0 } = object.metadata;
  return { conditions: [{ type: TYPE, ...condition, observedGeneration }] };
}

/** The owner with the references of the object as it is now; undefined: they cannot be read. */
function ownerOf<T extends Referrer>(state: State, kind: ReferrerKind<T>, object: T): Owner | undefined {
  const made = createOwner(kind.kind, object);
  const id = `${kind.kind}/${made.key}`;
  const known = state.owners.get(id);
  if (known?.version === made.version) return known;
  const found = kind.referencesOf(object);
  if (found === undefined) return undefined;
  const references = found.map((each) => referenceOf(state, id, each, object.metadata.namespace ?? ''));
  const isReported = known?.spec === made.spec && known.isReported;
  const owner: Owner = { ...made, references, isReported };
  // What both refer to has been used once more by now.
  const kept = new Set(looksOf(owner));
  for (const look of known === undefined ? [] : looksOf(known)) if (!kept.has(look)) state.looks.release(id, look);
  state.owners.set(id, owner);
  // Of a status that another leader has written, there is no hurry.
  if (known === undefined && shownBy(object)?.observedGeneration === object.metadata.generation) {
    for (const look of kept) state.looks.look(look, 'paced');
    return owner;
  }
  owner.awaited = kept;
  for (const look of kept) state.looks.look(look, kind.isComplete() ? 'front' : 'backlog');
  return owner;
}

function looksOf({ references }: Owner): readonly Look[] {
  return references.flatMap(({ look }) => look ?? []);
}

function referenceOf(state: State, id: string, reference: TargetReference, namespace: string): OwnerReference {
  if (reference.fault !== undefined) return { reference, fault: faulty(reference.fault), look: undefined };
  const isForbidden = state.options.sameNamespaceOnly && reference.namespace !== namespace;
  const forbidden = isForbidden ? crossNamespace(reference, namespace) : undefined;
  return { reference, fault: undefined, look: state.looks.use(id, reference, forbidden) };
}

async function firstLooks(clock: Clock, owner: Owner): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimeout(resolve, WAIT_MS);
  owner.wake = resolve;
  await promise;
  owner.wake = undefined;
  timer.cancel();
}

function onLooked({ options, owners }: State, look: Look): void {
  for (const id of look.users) {
    const owner = owners.get(id);
    if (owner === undefined) continue;
    owner.awaited?.delete(look);
    if ((owner.awaited?.size ?? 0) > 0) continue;
    owner.awaited = undefined;
    if (owner.wake !== undefined) owner.wake();
    else if (isOther(owner)) options.additions.request(owner.kind, owner.key);
  }
}

/** Whether there is more to say than the status says. */
function isOther(owner: Owner): boolean {
  const condition = observe(owner);
  if (condition === undefined) return false;
  const { status, reason, message } = owner.shown ?? {};
  return condition.status !== status || condition.reason !== reason || condition.message !== message;
}

function forget({ owners, looks }: State, id: string): void {
  const owner = owners.get(id);
  owners.delete(id);
  for (const look of owner === undefined ? [] : looksOf(owner)) looks.release(id, look);
}

function reportFaults<T extends Referrer>(kind: ReferrerKind<T>, object: T, owner: Owner): void {
  if (owner.isReported) return;
  owner.isReported = true;
  for (const { reference, fault, look } of owner.references) {
    const finding = fault ?? look?.finding;
    if (finding === undefined || !['TargetInvalid', 'KindUnknown'].includes(finding.reason)) continue;
    kind.onFault?.(object, { reference, field: reference.field, finding });
  }
}

function* samplesOf(owners: Iterable<Owner>): Iterable<UnresolvedSample> {
  for (const { kind, key, references } of owners) {
    const [namespace = '', name = ''] = key.split('/');
    const counts = new Map<string, number>();
    for (const { fault, look } of references) {
      const reason = (fault ?? look?.finding)?.reason;
      if (reason !== undefined && isUnresolved(reason)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    for (const [reason, count] of counts) yield { kind, namespace, name, reason, count };
  }
}
