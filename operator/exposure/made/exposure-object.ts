/** Builds what every exposure object has: its name, and the labels and annotations that mark it as the operator's. Pure. */
import { createHash } from 'node:crypto';
import {
  APPLIED_ANNOTATION,
  RECEIVER_ANNOTATION,
  RECEIVER_NAME_LABEL,
  RECEIVER_NAMESPACE_LABEL,
} from '../../api/exposure.ts';
import { NAME } from '../../api/installation.ts';
import type { ObjectMeta, OwnerReference } from '../../api/meta.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../../api/receiver/receiver.ts';

/** The Receiver that an object is made for. */
export interface ExposureOwner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An object as it should be. */
export interface ExposureObject {
  readonly apiVersion: string;
  readonly kind: 'Service' | 'Ingress' | 'HTTPRoute';
  readonly metadata: ObjectMeta & { readonly annotations: Record<string, string> };
  readonly spec: object;
}

const LONGEST_NAME = 63;
const HASH_LENGTH = 8;

/** `<namespace>-<name>-<short hash>`, cut to what the name of a Service may be. */
export function exposureName({ namespace, name }: Pick<ExposureOwner, 'namespace' | 'name'>): string {
  const hash = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, HASH_LENGTH);
  const readable = `${namespace}-${name}`.replaceAll('.', '-').replace(/^(?=[0-9])/, 'r-');
  return `${readable.slice(0, LONGEST_NAME - HASH_LENGTH - 1).replace(/-+$/, '')}-${hash}`;
}

export interface ExposureIdentity {
  readonly name: string;
  /** The operator's. */
  readonly namespace: string;
  readonly owner: ExposureOwner;
  /** The Receivers in the operator's namespace that own the object. */
  readonly owners: readonly ExposureOwner[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The object with its marks and a digest of itself, by which a later change of the request is noticed. */
export function exposureObject(
  apiVersion: string,
  kind: ExposureObject['kind'],
  identity: ExposureIdentity,
  spec: object,
): ExposureObject {
  const { name, namespace, owner, owners, annotations = {} } = identity;
  const metadata = {
    name,
    namespace,
    labels: exposureLabels(owner),
    annotations: { ...annotations, [RECEIVER_ANNOTATION]: `${owner.namespace}/${owner.name}` },
    ...(owners.length === 0 ? {} : { ownerReferences: owners.map(ownerReference) }),
  };
  const digest = createHash('sha256').update(JSON.stringify({ metadata, spec })).digest('hex').slice(0, 16);
  return {
    apiVersion,
    kind,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [APPLIED_ANNOTATION]: digest } },
    spec,
  };
}

/** The labels of everything that is made for a Receiver. */
export function exposureLabels({ namespace, name }: ExposureOwner): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': NAME,
    [RECEIVER_NAMESPACE_LABEL]: namespace,
    [RECEIVER_NAME_LABEL]: name.slice(0, LONGEST_NAME).replace(/[^a-z0-9]+$/, ''),
  };
}

export function ownerReference({ name, uid }: ExposureOwner): OwnerReference {
  return { apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND, name, uid };
}
