/** Tells one object from another. */
import type { ObjectRef } from './record.ts';

/** `Kind/namespace/name`, to find an object by. */
export function objectKey({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

export function isSameObject(a: ObjectRef, b: ObjectRef): boolean {
  return a === b || (a.name === b.name && a.namespace === b.namespace && a.kind === b.kind);
}
