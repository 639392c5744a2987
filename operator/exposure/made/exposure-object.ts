/** What every object that is made for a Receiver has: its name, and by what it is known as ours. Pure. */
import { createHash } from 'node:crypto';
import {
  APPLIED_ANNOTATION,
  RECEIVER_ANNOTATION,
  RECEIVER_NAME_LABEL,
  RECEIVER_NAMESPACE_LABEL,
} from '../../api/exposure.ts';
import { NAME } from '../../api/installation.ts';
import { type ObjectMeta, type OwnerReference, RECEIVER_API_VERSION, RECEIVER_KIND } from '../../api/receiver.ts';

/** A Receiver, as far as its doors are concerned. */
export interface DoorOwner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An object as it should be. */
export interface DoorObject {
  readonly apiVersion: string;
  readonly kind: 'Service' | 'Ingress' | 'HTTPRoute';
  readonly metadata: ObjectMeta & { readonly annotations: Record<string, string> };
  readonly spec: object;
}

const LONGEST_NAME = 63;
const HASH_LENGTH = 8;

/** `<namespace>-<name>-<short hash>`, cut to what the name of a Service may be. */
export function doorName({ namespace, name }: Pick<DoorOwner, 'namespace' | 'name'>): string {
  const hash = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, HASH_LENGTH);
  const readable = `${namespace}-${name}`.replaceAll('.', '-').replace(/^(?=[0-9])/, 'r-');
  return `${readable.slice(0, LONGEST_NAME - HASH_LENGTH - 1).replace(/-+$/, '')}-${hash}`;
}

export interface DoorIdentity {
  readonly name: string;
  /** The operator's, where the object lies. */
  readonly namespace: string;
  readonly owner: DoorOwner;
  /** Those in the operator's own namespace that the object belongs to. */
  readonly owners: readonly DoorOwner[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The object with all that makes it ours, and a digest of itself, by which a later change of it is noticed. */
export function doorObject(
  apiVersion: string,
  kind: DoorObject['kind'],
  identity: DoorIdentity,
  spec: object,
): DoorObject {
  const { name, namespace, owner, owners, annotations = {} } = identity;
  const metadata = {
    name,
    namespace,
    labels: {
      'app.kubernetes.io/managed-by': NAME,
      [RECEIVER_NAMESPACE_LABEL]: owner.namespace,
      [RECEIVER_NAME_LABEL]: owner.name.slice(0, LONGEST_NAME).replace(/[^a-z0-9]+$/, ''),
    },
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

function ownerReference({ name, uid }: DoorOwner): OwnerReference {
  return { apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND, name, uid };
}
