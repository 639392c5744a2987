/**
 * A Lease as a lock, by the rules of client-go's leader election, so that candidates of both kinds can share one: every
 * write is guarded by the resourceVersion, and whether a holder is late is judged by how long its record has not
 * changed on this machine's clock, never by comparing clocks.
 */

import type { Clock } from '../../observe/clock.ts';
import { isConflict, isNotFound } from '../api-error.ts';
import type { KubeClient, KubeObject, KubeRequest, ResourceType } from '../kube-client.ts';
import { microTime } from '../micro-time.ts';
import { resourcePath } from '../resource-path.ts';

export interface LeaseLockOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Of this candidate, and of no other process ever. */
  readonly identity: string;
  readonly leaseDurationMs: number;
  /** Of each request. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

/**
 * How an attempt ended. `held`: ours; `sinceMs` is the clock's `elapsedMs` just before it was written, `continued` that
 * it was ours already, `before` how it was found, undefined where there was none. `other`: somebody else's. `raced`: somebody wrote it at the same time, so nothing is known.
 */
export type LeaseAttempt =
  | {
      readonly result: 'held';
      readonly sinceMs: number;
      readonly continued: boolean;
      readonly before: LeaseBefore | undefined;
    }
  | { readonly result: 'other'; readonly holder: string }
  | { readonly result: 'raced' };

/** The Lease as somebody else left it. */
export interface LeaseBefore {
  /** When it was last renewed, by the clock of its holder, in ms since 1970; undefined: it does not say. */
  readonly renewedMs: number | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface LeaseLock {
  /** Takes the Lease where it is free, renews it where it is ours. @throws ApiError, ConnectionError */
  acquireOrRenew(signal: AbortSignal): Promise<LeaseAttempt>;
  /** Gives the Lease up so that the next candidate need not wait; false: it was not ours. @throws as above */
  release(signal: AbortSignal): Promise<boolean>;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

interface State {
  readonly options: LeaseLockOptions;
  /** As it was last observed, and since when it is unchanged. */
  observed: { readonly lease: Lease; readonly sinceMs: number } | undefined;
}

const LEASES: ResourceType = { apiVersion: 'coordination.k8s.io/v1', plural: 'leases', namespaced: true };

export function createLeaseLock(options: LeaseLockOptions): LeaseLock {
  const state: State = { options, observed: undefined };
  return {
    async acquireOrRenew(signal) {
      try {
        return (await renewUnseen(state, signal)) ?? (await readAndWrite(state, signal));
      } catch (error) {
        if (isConflict(error)) return { result: 'raced' };
        throw error;
      }
    },
    release: (signal) => release(state, signal),
  };
}

/** What a holder does all the time: one PUT over what it wrote last. Undefined: not the holder, or not to be had so. */
async function renewUnseen(state: State, signal: AbortSignal): Promise<LeaseAttempt | undefined> {
  const { observed } = state;
  if (observed === undefined || !isOurs(state, observed.lease) || isExpired(state)) return undefined;
  try {
    return await hold(state, observed.lease, signal);
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

async function readAndWrite(state: State, signal: AbortSignal): Promise<LeaseAttempt> {
  const lease = await get(state, signal);
  if (lease === undefined) return hold(state, undefined, signal);
  observe(state, lease, state.options.clock.elapsedMs());
  const holder = lease.spec?.holderIdentity ?? '';
  if (holder !== '' && !isOurs(state, lease) && !isExpired(state)) return { result: 'other', holder };
  return hold(state, lease, signal);
}

/** Writes this candidate into the Lease, or makes the Lease where there is none. */
async function hold(state: State, before: Lease | undefined, signal: AbortSignal): Promise<LeaseAttempt> {
  const { clock, identity, leaseDurationMs } = state.options;
  const sinceMs = clock.elapsedMs();
  const now = microTime(clock.now());
  const continued = before !== undefined && isOurs(state, before);
  const transitions = before?.spec?.leaseTransitions ?? 0;
  const spec: LeaseSpec = {
    ...before?.spec,
    holderIdentity: identity,
    leaseDurationSeconds: Math.max(1, Math.floor(leaseDurationMs / 1000)),
    acquireTime: continued ? (before.spec?.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: before === undefined || continued ? transitions : transitions + 1,
  };
  observe(state, await write(state, before, spec, signal), sinceMs);
  return { result: 'held', sinceMs, continued, before: before && beforeOf(before) };
}

function beforeOf({ metadata, spec }: Lease): LeaseBefore {
  const renewedMs = Date.parse(spec?.renewTime ?? '');
  return { renewedMs: Number.isNaN(renewedMs) ? undefined : renewedMs, annotations: metadata.annotations ?? {} };
}

async function release(state: State, signal: AbortSignal): Promise<boolean> {
  const lease = await get(state, signal);
  if (lease === undefined || !isOurs(state, lease)) return false;
  const now = microTime(state.options.clock.now());
  const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
  await write(state, lease, spec, signal);
  return true;
}

/** The time counts from when the record last changed, so that a holder that renews is never late. */
function observe(state: State, lease: Lease, nowMs: number): void {
  const unchanged = JSON.stringify(state.observed?.lease.spec) === JSON.stringify(lease.spec);
  state.observed = { lease, sinceMs: unchanged && state.observed !== undefined ? state.observed.sinceMs : nowMs };
}

function isOurs(state: State, lease: Lease): boolean {
  return lease.spec?.holderIdentity === state.options.identity;
}

/** By the duration that the holder itself wrote. */
function isExpired({ observed, options }: State): boolean {
  if (observed === undefined) return true;
  return options.clock.elapsedMs() >= observed.sinceMs + (observed.lease.spec?.leaseDurationSeconds ?? 0) * 1000;
}

async function get(state: State, signal: AbortSignal): Promise<Lease | undefined> {
  const { namespace, name } = state.options;
  try {
    return await request(state, { method: 'GET', path: resourcePath(LEASES, { namespace, name }), signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** A PUT of the Lease with the resourceVersion it was read with: refused (409) when anybody wrote it since. */
function write(state: State, before: Lease | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
  const { namespace, name } = state.options;
  if (before !== undefined) {
    const path = resourcePath(LEASES, { namespace, name });
    return request(state, { method: 'PUT', path, body: { ...before, spec }, signal });
  }
  const lease = { apiVersion: LEASES.apiVersion, kind: 'Lease', metadata: { namespace, name }, spec };
  return request(state, { method: 'POST', path: resourcePath(LEASES, { namespace }), body: lease, signal });
}

function request({ options }: State, what: KubeRequest): Promise<Lease> {
  return options.client.request<Lease>({ ...what, timeoutMs: options.requestTimeoutMs });
}
