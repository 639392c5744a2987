/**
 * What is followed of a target: a whole object of Flux, reduced as soon as it is read, so that ten thousand of them fit
 * into a few MiB. Every field is there in each, which keeps them alike and small.
 */
import type { ObjectMeta } from '../api/meta.ts';
import { type Condition, REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import type { KubeObject } from '../kube/kube-client.ts';

export interface ObservedTarget {
  /** The value of the annotation that asks for a reconcile. */
  readonly requestedAt: string | undefined;
  readonly lastHandledReconcileAt: string | undefined;
  /** Of its artifact. */
  readonly revision: string | undefined;
  /** RFC 3339: when its artifact was made. */
  readonly artifactAt: string | undefined;
  readonly ready: Condition['status'] | undefined;
  /** Of the condition Ready, where that is False. */
  readonly message: string | undefined;
  readonly suspended: boolean;
  /**
   * The one ref that can move it: `refs/heads/main`; a tag of an image is one like a tag of a repository. `semver`: the
   * highest tag of a range. Undefined: no ref that a sender names.
   */
  readonly trackedRef: string | undefined;
  /** `Kind/namespace/name` of the source that it applies. */
  readonly sourceRef: string | undefined;
  /** The revisions that it has applied. */
  readonly applied: readonly string[] | undefined;
}

/** The part of the kinds of Flux that is read; of any other object the fields are simply not there. */
interface FluxObject {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly suspend?: boolean;
    readonly ref?: Readonly<Record<'branch' | 'tag' | 'semver' | 'name' | 'commit' | 'digest', string | undefined>>;
    readonly sourceRef?: SourceRef;
    readonly chartRef?: SourceRef;
    readonly chart?: { readonly spec?: { readonly sourceRef?: SourceRef } };
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly lastHandledReconcileAt?: string;
    readonly artifact?: { readonly revision?: string; readonly lastUpdateTime?: string };
    readonly lastAppliedRevision?: string;
    readonly lastAppliedOriginRevision?: string;
    readonly history?: readonly { readonly ociDigest?: string; readonly status?: string }[];
  };
}

interface SourceRef {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

type FluxSpec = NonNullable<FluxObject['spec']>;

/** The longest message that is kept. */
const MAX_MESSAGE = 512;

export function observedTarget(kind: string, object: KubeObject): ObservedTarget {
  const { metadata, ...rest } = object as FluxObject;
  const [spec, status] = [rest.spec ?? {}, rest.status ?? {}];
  const ready = readyOf(status);
  return {
    requestedAt: metadata.annotations?.[REQUESTED_AT_ANNOTATION],
    lastHandledReconcileAt: status.lastHandledReconcileAt,
    revision: status.artifact?.revision,
    artifactAt: status.artifact?.lastUpdateTime,
    ready: ready?.status,
    message: ready?.status === 'False' ? ready.message?.slice(0, MAX_MESSAGE) : undefined,
    suspended: spec.suspend === true,
    trackedRef: TRACKED[kind]?.(spec.ref ?? NO_REF),
    sourceRef: sourceRefOf(metadata, spec),
    applied: appliedOf(status),
  };
}

/** A kind in a version of its own may have anything in its place. */
function readyOf({ conditions }: NonNullable<FluxObject['status']>): Partial<Condition> | undefined {
  return Array.isArray(conditions) ? conditions.find((condition: Condition) => condition.type === 'Ready') : undefined;
}

type Ref = NonNullable<FluxSpec['ref']>;

const NO_REF = {} as Ref;

/** By the precedence of Flux. */
const TRACKED: Readonly<Record<string, (ref: Ref) => string | undefined>> = {
  GitRepository({ commit, name, semver, tag, branch }) {
    if (commit) return undefined;
    if (name) return name;
    if (semver) return 'semver';
    return tag ? `refs/tags/${tag}` : `refs/heads/${branch || 'master'}`;
  },
  OCIRepository({ digest, semver, tag }) {
    if (digest) return undefined;
    return semver ? 'semver' : `refs/tags/${tag || 'latest'}`;
  },
};

function sourceRefOf({ namespace = '' }: ObjectMeta, spec: FluxSpec): string | undefined {
  const ref = spec.sourceRef ?? spec.chartRef ?? spec.chart?.spec?.sourceRef;
  return ref?.name === undefined ? undefined : `${ref.kind}/${ref.namespace || namespace}/${ref.name}`;
}

function appliedOf(status: NonNullable<FluxObject['status']>): readonly string[] | undefined {
  const { lastAppliedRevision, lastAppliedOriginRevision, history } = status;
  const release = history?.[0];
  const ofRelease = release?.status === 'deployed' ? release.ociDigest : undefined;
  const applied = [lastAppliedRevision, lastAppliedOriginRevision, ofRelease].filter((one) => one !== undefined);
  return applied.length === 0 ? undefined : applied;
}
