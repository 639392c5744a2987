/** Selects objects from files, by the rules of the cluster. */
import { RequestError } from '../api/errors.ts';
import type { FoundObject } from '../deliveries/explain/explain.ts';
import type { TargetEntry } from '../receivers/target-entry.ts';
import type { Document } from './read-documents.ts';

/**
 * @param objects undefined: each named object is taken to exist, without labels.
 * @throws RequestError TargetNotFound where the named object is none of them.
 */
export function selectFrom(objects: readonly Document[] | undefined, entry: TargetEntry): readonly FoundObject[] {
  const { kind, namespace, name, apiVersion = '', matchLabels = {} } = entry;
  if (objects === undefined) {
    return name === '*' ? [] : [{ name, res: { apiVersion, kind, metadata: { name, namespace } } }];
  }
  const found = objects.filter((object) => {
    const { metadata } = object;
    const labels = Object.entries(matchLabels);
    return (
      object.kind === kind &&
      groupOf(object.apiVersion) === groupOf(apiVersion) &&
      (metadata.namespace ?? 'default') === namespace &&
      (name === '*' || metadata.name === name) &&
      labels.every(([label, value]) => metadata.labels?.[label] === value)
    );
  });
  if (found.length === 0 && name !== '*') {
    throw new RequestError('TargetNotFound', `${kind} ${namespace}/${name} is not among the objects`);
  }
  return found.map(({ metadata }) => ({
    name: metadata.name,
    res: { apiVersion, kind, metadata: { ...metadata, namespace } },
  }));
}

/** Versions of one group are the same objects. */
function groupOf(apiVersion: string): string {
  return apiVersion.split('/').slice(0, -1).join('/');
}
