/**
 * Reconciles one Receiver: compiles it, publishes its route and, where this replica leads, writes its status and
 * events. It holds no queue: what it throws is retried with back-off by the caller's.
 */
import { ReceiverError } from '../api/errors.ts';
import { FLUX_FINALIZER } from '../api/meta.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../api/receiver/receiver.ts';
import type { Exposure } from '../exposure/exposure.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { mergePatch } from '../kube/operations.ts';
import { pathSegmentFault } from '../kube/path-segment.ts';
import { createKeyIndex } from '../kube/queue/key-index.ts';
import { patchStatus } from '../kube/status.ts';
import type { Secrets } from '../kube/watch/secrets.ts';
import type { Logger } from '../observe/log.ts';
import type { SecretData, WebhookType } from '../webhooks/webhook-type.ts';
import { type CompiledSpec, compileRoute, compileSpec, routeIdentity } from './compile.ts';
import { desiredStatus, type Outcome, pathOf, suspendedStatus } from './desired-status.ts';
import { goDuration, intervalMs } from './interval.ts';
import type { RouteTable } from './routes.ts';
import type { TargetReports } from './target-reports.ts';
import type { Targets } from './targets.ts';
import { isWebhookPath } from './webhook-path.ts';

export interface Controller {
  /**
   * @param receiver as the API server has it now; undefined: it is gone.
   * @throws ReceiverError that is not terminal, ApiError, ConnectionError: look again later.
   */
  reconcile(key: string, receiver: Receiver | undefined): Promise<{ requeueAfterMs: number } | undefined>;
  /** The Receivers (`namespace/name`) that name this Secret (`namespace/name`). */
  receiversOf(secretKey: string): Iterable<string>;
}

export interface ControllerOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly types: ReadonlyMap<string, WebhookType>;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly routes: RouteTable;
  readonly targets: Pick<Targets, 'prepare' | 'check'>;
  readonly reports: TargetReports;
  readonly events: EventRecorder;
  readonly exposure: Pick<Exposure, 'follow' | 'forget' | 'evaluate'>;
  readonly isLeader: () => boolean;
  readonly log: Logger;
}

/** What is remembered of a Receiver so that a look that finds nothing new costs nothing. */
interface Memory {
  /** Whether its invalid targets were reported, which only the leader does. */
  reported: boolean;
  uid: string | undefined;
  generation: number | undefined;
  compiled: CompiledSpec;
  secret: SecretData | undefined;
  path: string;
}

export function createController(options: ControllerOptions): Controller {
  const { client, type, types, secrets, routes, targets, reports, events, exposure, isLeader, log } = options;
  const memories = new Map<string, Memory>();
  const bySecret = createKeyIndex();

  function forget(key: string): void {
    bySecret.set(key, undefined);
    memories.delete(key);
    routes.withdraw(key);
  }

  /** Keeps a path that the Receiver once had, so that it answers 503 rather than 404. */
  function publishUnavailable(key: string, receiver: Receiver): void {
    const path = memories.get(key)?.path ?? receiver.status?.webhookPath;
    memories.delete(key);
    if (!isWebhookPath(path)) {
      routes.withdraw(key);
      return;
    }
    try {
      routes.publish(path, { ...routeIdentity(receiver), type: types.get(receiver.spec.type), serving: undefined });
    } catch (error) {
      if (!(error instanceof ReceiverError)) throw error;
    }
  }

  async function readSecret(receiver: Receiver): Promise<SecretData | undefined> {
    const name = receiver.spec.secretRef?.name;
    if (name === undefined) return undefined;
    const fault = pathSegmentFault(name);
    if (fault !== undefined) {
      throw new ReceiverError('TokenNotFound', `spec.secretRef.name ${JSON.stringify(name)} ${fault}`);
    }
    try {
      return await secrets.get(receiver.metadata.namespace, name);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      const secret = `${receiver.metadata.namespace}/${name}`;
      throw new ReceiverError('TokenNotFound', `Secret ${secret} may not be read by the operator`, { cause: error });
    }
  }

  /** @returns the path at which the Receiver is now served. */
  async function publish(key: string, receiver: Receiver): Promise<string> {
    const { uid, generation } = receiver.metadata;
    const before = memories.get(key);
    const same = before !== undefined && before.uid === uid && before.generation === generation;
    const compiled = same ? before.compiled : compileSpec(receiver, types);
    const secret = compiled.type.secret === 'required' ? await readSecret(receiver) : undefined;
    if (same && secret === before.secret) return before.path;
    const { path, route } = compileRoute(receiver, compiled, secret);
    routes.publish(path, route);
    targets.prepare(compiled.entries);
    memories.set(key, { uid, generation, compiled, secret, path, reported: same && before.reported });
    return path;
  }

  async function outcomeOf(key: string, receiver: Receiver): Promise<Outcome> {
    try {
      return { path: await publish(key, receiver) };
    } catch (error) {
      // Anything else is no fault of the Receiver's: what it had goes on being served, and led to.
      if (!(error instanceof ReceiverError)) {
        exposure.follow(receiver, receiver.status?.webhookPath);
        throw error;
      }
      if (error.terminal) {
        if (error.code === 'PathCollision') memories.delete(key);
        else publishUnavailable(key, receiver);
      } else {
        memories.delete(key);
        routes.withdraw(key);
      }
      return { error };
    }
  }

  async function writeStatus(receiver: Receiver, outcome: Outcome): Promise<void> {
    const exposed = exposure.evaluate(receiver, pathOf(outcome, receiver.status?.webhookPath));
    await patchStatus(client, type, receiver, desiredStatus(receiver, outcome, Date.now(), exposed));
  }

  function record(receiver: Receiver, outcome: Outcome): void {
    const { name, namespace, uid, resourceVersion } = receiver.metadata;
    const regarding = {
      apiVersion: RECEIVER_API_VERSION,
      kind: RECEIVER_KIND,
      namespace,
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const ready = receiver.status?.conditions?.find((condition) => condition.type === 'Ready');
    if ('path' in outcome) {
      if (ready?.status === 'True') return;
      const note = `Reconciliation finished, next run in ${goDuration(intervalMs(receiver.spec.interval))}`;
      events.record(regarding, { type: 'Normal', reason: 'Succeeded', note });
      return;
    }
    const { code, message, terminal } = outcome.error;
    if (terminal && ready?.reason === code && ready.observedGeneration === receiver.metadata.generation) return;
    events.record(regarding, { type: 'Warning', reason: terminal ? code : 'Failed', note: message });
  }

  /** Once for each spec: what a webhook would only find out. */
  function reportInvalidTargets(key: string, receiver: Receiver): void {
    const memory = memories.get(key);
    if (memory === undefined || memory.reported) return;
    memory.reported = true;
    for (const entry of memory.compiled.entries) {
      void targets.check(entry).then((error) => {
        if (error !== undefined) reports.failed(routeIdentity(receiver), entry, error);
      });
    }
  }

  async function releaseFinalizer(receiver: Receiver): Promise<void> {
    const { name, namespace, resourceVersion, finalizers = [] } = receiver.metadata;
    if (!isLeader() || !finalizers.includes(FLUX_FINALIZER)) return;
    const kept = finalizers.filter((finalizer) => finalizer !== FLUX_FINALIZER);
    try {
      await mergePatch(client, type, { namespace, name }, { metadata: { resourceVersion, finalizers: kept } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async function settle(key: string, receiver: Receiver): Promise<{ requeueAfterMs: number } | undefined> {
    const about = { controller: 'receiver', namespace: receiver.metadata.namespace, name: receiver.metadata.name };
    const outcome = await outcomeOf(key, receiver);
    exposure.follow(receiver, pathOf(outcome, receiver.status?.webhookPath));
    if (isLeader()) {
      await writeStatus(receiver, outcome);
      record(receiver, outcome);
      reportInvalidTargets(key, receiver);
    }
    if ('path' in outcome) return { requeueAfterMs: intervalMs(receiver.spec.interval) };
    const { error } = outcome;
    if (!error.terminal) throw error;
    log.error({ ...about, reason: error.code, error: error.message }, 'Receiver is stalled');
    return undefined;
  }

  return {
    receiversOf: (secretKey) => bySecret.keysOf(secretKey),
    async reconcile(key, receiver) {
      if (receiver === undefined) {
        forget(key);
        exposure.forget(key);
        return undefined;
      }
      const { metadata, spec } = receiver;
      if (metadata.deletionTimestamp !== undefined) {
        forget(key);
        exposure.follow(receiver, undefined);
        await releaseFinalizer(receiver);
        return undefined;
      }
      const secretName = spec.secretRef?.name;
      bySecret.set(key, secretName === undefined ? undefined : `${metadata.namespace}/${secretName}`);
      if (spec.suspend === true) {
        publishUnavailable(key, receiver);
        exposure.follow(receiver, receiver.status?.webhookPath);
        if (isLeader()) await patchStatus(client, type, receiver, suspendedStatus(receiver));
        return undefined;
      }
      return await settle(key, receiver);
    },
  };
}
