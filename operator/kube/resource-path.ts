import type { ResourceType } from './kube-client.ts';
import { pathSegment } from './path-segment.ts';

/**
 * The URL path of a collection, an object or its subresource, from the server's root.
 * @param where absent fields lead to the collection, of all namespaces.
 * @throws InvalidNameError for a name or namespace that would lead elsewhere.
 */
export function resourcePath(
  type: ResourceType,
  where: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined } = {},
): string {
  const root = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  const namespace =
    type.namespaced && where.namespace !== undefined ? `/namespaces/${pathSegment('namespace', where.namespace)}` : '';
  const name = where.name === undefined ? '' : `/${pathSegment('name', where.name)}`;
  const subresource = where.subresource === undefined ? '' : `/${where.subresource}`;
  return `${root}${namespace}/${type.plural}${name}${subresource}`;
}
