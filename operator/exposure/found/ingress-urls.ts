/** Finds the URLs of an Ingress. Pure. */
import type { Ingress, IngressBackend, IngressPath } from '../objects.ts';
import type { CountedService } from './counted-services.ts';
import { foundUrl, originOf, ownerOf, type Scheme } from './found-url.ts';
import { coversOneLabel, isWildcard } from './hosts.ts';
import type { PathMatch, PathRules } from './path-rules.ts';
import { addressesOf } from './service-urls.ts';

type Counted = ReadonlyMap<string, CountedService>;

export function ingressUrls(ingress: Ingress, counted: Counted): readonly PathRules[] {
  const { rules = [], defaultBackend } = ingress.spec ?? {};
  const otherwise = isHere(defaultBackend, counted);
  const pathsOf = new Map<string | undefined, PathMatch[]>();
  for (const { host, http } of rules) {
    // No host, and an empty one, stand for every host.
    const key = host || undefined;
    const paths = (http?.paths ?? []).flatMap((path) => pathMatch(path, counted));
    pathsOf.set(key, [...(pathsOf.get(key) ?? []), ...paths]);
  }
  // Without a rule for every host the default backend has the rest.
  if (otherwise && !pathsOf.has(undefined)) pathsOf.set(undefined, []);
  return [...pathsOf].flatMap(([host, paths]) => {
    const urls = originsOf(ingress, host).map((origin) => foundUrl('Ingress', origin, ownerOf(ingress.metadata)));
    const useful = urls.length > 0 && (otherwise || paths.some(({ here }) => here));
    return useful ? [{ urls, paths, otherwise }] : [];
  });
}

function originsOf(ingress: Ingress, host: string | undefined): readonly string[] {
  // Nobody can call a wildcard.
  if (host !== undefined && isWildcard(host)) return [];
  const scheme = schemeOf(ingress, host);
  const hosts = host === undefined ? addressesOf(ingress.status?.loadBalancer?.ingress) : [host];
  return hosts.map((each) => originOf(scheme, each));
}

/** TLS without hosts is TLS for all of them. */
function schemeOf({ spec }: Ingress, host: string | undefined): Scheme {
  const secured = (spec?.tls ?? []).some(({ hosts = [] }) =>
    hosts.length === 0 ? true : host !== undefined && hosts.some((pattern) => coversOneLabel(pattern, host)),
  );
  return secured ? 'https' : 'http';
}

function isHere(backend: IngressBackend | undefined, counted: Counted): boolean {
  const { name, port } = backend?.service ?? {};
  const ports = name === undefined ? [] : (counted.get(name)?.ports ?? []);
  return ports.some((each) => (port?.name ? each.name === port.name : each.port === port?.number));
}

function pathMatch({ path = '/', pathType, backend }: IngressPath, counted: Counted): readonly PathMatch[] {
  const here = isHere(backend, counted);
  if (pathType === 'Exact') return [{ kind: 'exact', value: path, here }];
  if (pathType === 'Prefix') return [{ kind: 'prefix', value: path, here }];
  // ImplementationSpecific: these forms are a prefix to every controller.
  const value = path.replace(/(\/?\.\*|\/\*)$/, '') || '/';
  return [{ kind: 'prefix', value, here }];
}
