/** Host names with a wildcard for their first part. Pure; every name in lower case. */

/** Whether `pattern` is `name`, or a wildcard whose `*` stands for exactly one label: what a certificate means by it. */
export function coversOneLabel(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  const dot = name.indexOf('.');
  return dot > 0 && !name.startsWith('*') && name.slice(dot) === pattern.slice(1);
}

/** The same with a `*` for one label or more: what the Gateway API means by it. */
function coversLabels(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) && !name.startsWith('.') : pattern === name;
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** The names without a wildcard that a route and a listener have in common; `undefined` is every name. */
export function commonHosts(routeHosts: readonly string[], listenerHost: string | undefined): readonly string[] {
  if (listenerHost === undefined) return routeHosts.filter((host) => !isWildcard(host));
  if (routeHosts.length === 0) return isWildcard(listenerHost) ? [] : [listenerHost];
  const hosts = routeHosts.flatMap((host) => {
    if (isWildcard(host)) return !isWildcard(listenerHost) && coversLabels(host, listenerHost) ? [listenerHost] : [];
    return coversLabels(listenerHost, host) ? [host] : [];
  });
  return [...new Set(hosts)];
}

/** Whether each label of `name` is that of `pattern`, where `*` is any one label; a wildcard is no label of a name. */
export function matchesLabels(pattern: string, name: string): boolean {
  const wanted = pattern.split('.');
  const labels = name.split('.');
  if (wanted.length !== labels.length) return false;
  return labels.every((label, index) => label !== '*' && (wanted[index] === '*' || wanted[index] === label));
}
