/**
 * From an entry of `spec.resources` to the objects it means. A named target without a filter on `res` is taken as it
 * is written; for the rest the metadata of the target's kind is watched, from the first Receiver on that needs it.
 */
import { RequestError } from '../api/errors.ts';
import type { ObjectMeta, ResourceMetadata } from '../api/meta.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { Discovery } from '../kube/discovery.ts';
import type { KubeClient, KubeList, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { METADATA, METADATA_LIST } from '../kube/metadata-only.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { createInformer, type Informer } from '../kube/watch/informer.ts';
import { withoutManagedFields } from '../kube/watch/without-managed-fields.ts';
import type { Logger } from '../observe/log.ts';
import type { Target } from './annotator.ts';
import type { TargetEntry } from './routes.ts';

export interface SelectedTarget extends Target {
  /** Present where the entry needs it. */
  readonly res: ResourceMetadata | undefined;
}

export interface Targets {
  /** Starts what later selections of these entries need; never throws, never waits. */
  prepare(entries: readonly TargetEntry[]): void;
  /**
   * @throws RequestError TargetInvalid, TargetNotFound; ApiError, ConnectionError from a live look.
   */
  select(entry: TargetEntry): Promise<readonly SelectedTarget[]>;
  stop(): Promise<void>;
}

export interface TargetsOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Of one live look. */
  readonly timeoutMs?: number;
  readonly log: Logger;
}

interface Metadata {
  metadata: ObjectMeta;
}

const LIVE_TIMEOUT_MS = 4_000;

/** What filters may see of a target; the rest of its metadata is bulk. */
function project(object: KubeObject): Metadata {
  return { metadata: withoutManagedFields(object.metadata) };
}

function hasLabels(metadata: ObjectMeta, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => metadata.labels?.[name] === value);
}

export function createTargets(options: TargetsOptions): Targets {
  const { client, discovery, namespace, log, timeoutMs = LIVE_TIMEOUT_MS } = options;
  const informers = new Map<string, Informer<Metadata>>();

  function informerOf(type: ResourceType, kind: string): Informer<Metadata> {
    const id = `${type.apiVersion}/${type.plural}`;
    let informer = informers.get(id);
    if (informer === undefined) {
      informer = createInformer<Metadata>({
        client,
        type,
        ...(namespace === undefined ? {} : { namespace }),
        metadataOnly: true,
        project,
        log: log.child({ kind }),
      });
      informers.set(id, informer);
      informer.start();
    }
    return informer;
  }

  async function typeOf(entry: TargetEntry): Promise<ResourceType> {
    if (entry.fault !== undefined) throw new RequestError('TargetInvalid', entry.fault);
    if (entry.apiVersion === undefined) {
      throw new RequestError('TargetInvalid', `${entry.kind}: this kind has no default API version; name one`);
    }
    const type = await discovery.resolve(entry.apiVersion, entry.kind);
    if (type === undefined) {
      throw new RequestError('TargetInvalid', `${entry.apiVersion} ${entry.kind}: the API server has no such kind`);
    }
    return type;
  }

  /** Undefined: what is watched does not cover this entry, or is not there yet. */
  function watched(type: ResourceType, entry: TargetEntry): Informer<Metadata> | undefined {
    if (namespace !== undefined && entry.namespace !== namespace) return undefined;
    const informer = informerOf(type, entry.kind);
    return informer.hasSynced ? informer : undefined;
  }

  async function getLive(type: ResourceType, entry: TargetEntry): Promise<Metadata> {
    try {
      const path = resourcePath(type, entry);
      return project(await client.request<KubeObject>({ method: 'GET', path, accept: METADATA, timeoutMs }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new RequestError('TargetNotFound', `${entry.kind}/${entry.namespace}/${entry.name}: not found`);
    }
  }

  async function listLive(type: ResourceType, entry: TargetEntry): Promise<Metadata[]> {
    const labelSelector = Object.entries(entry.matchLabels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    const path = resourcePath(type, { namespace: entry.namespace });
    const query = { labelSelector };
    const list = await client.request<KubeList<KubeObject>>({
      method: 'GET',
      path,
      query,
      accept: METADATA_LIST,
      timeoutMs,
    });
    return (list.items ?? []).map(project);
  }

  function byLabels(informer: Informer<Metadata>, type: ResourceType, entry: TargetEntry): Metadata[] {
    const labels = entry.matchLabels ?? {};
    return [...informer.values()].filter(
      ({ metadata }) => (!type.namespaced || metadata.namespace === entry.namespace) && hasLabels(metadata, labels),
    );
  }

  async function find(type: ResourceType, entry: TargetEntry): Promise<readonly Metadata[]> {
    const informer = watched(type, entry);
    if (entry.name === '*') {
      // Absent and empty are told apart: as everywhere in Kubernetes, an empty selector selects every object.
      if (entry.matchLabels === undefined) {
        throw new RequestError(
          'TargetInvalid',
          `${entry.kind}/*: a name of '*' needs matchLabels; {} selects every object`,
        );
      }
      return informer === undefined ? await listLive(type, entry) : byLabels(informer, type, entry);
    }
    const key = type.namespaced ? `${entry.namespace}/${entry.name}` : entry.name;
    // A miss may only be a watch that lags.
    return [informer?.get(key) ?? (await getLive(type, entry))];
  }

  return {
    prepare(entries) {
      for (const entry of entries) {
        if (entry.apiVersion === undefined || entry.fault !== undefined) continue;
        discovery.resolve(entry.apiVersion, entry.kind).then(
          (type) => {
            if (type !== undefined && entry.needsMetadata) watched(type, entry);
          },
          // A webhook asks again, and gets the error.
          () => undefined,
        );
      }
    },
    async select(entry) {
      const type = await typeOf(entry);
      const { kind, namespace: targetNamespace } = entry;
      if (!entry.needsMetadata) return [{ type, kind, namespace: targetNamespace, name: entry.name, res: undefined }];
      return (await find(type, entry)).map(({ metadata }) => ({
        type,
        kind,
        namespace: targetNamespace,
        name: metadata.name,
        res: { apiVersion: type.apiVersion, kind, metadata },
      }));
    },
    async stop() {
      await Promise.all([...informers.values()].map((informer) => informer.stop()));
    },
  };
}
