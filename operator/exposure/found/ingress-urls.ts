/** Finds the URLs of an Ingress. Pure. */
import type { Ingress, IngressBackend, IngressPath } from '../objects.ts';
import type { CountedService } from './counted-services.ts';
import { defaultPort, type FoundUrl, foundUrl, nameOf, originOf, type Scheme, type Unfulfilled } from './found-url.ts';
import { coversOneLabel, isWildcard } from './hosts.ts';
import { type Treatment, treatmentOf } from './ingress-annotations.ts';
import { reachedAt } from './load-balancer.ts';
import type { PathMatch, PathRules } from './path-rules.ts';

type Counted = ReadonlyMap<string, CountedService>;

/** @param secrets names of the Secrets beside the operator; undefined: not known, so that none is missed. */
export function ingressUrls(
  ingress: Ingress,
  counted: Counted,
  secrets: ReadonlySet<string> | undefined,
): readonly PathRules[] {
  const { rules = [], defaultBackend } = ingress.spec ?? {};
  const treatment = treatmentOf(ingress);
  const otherwise = defaultBackend && pathMatch({ pathType: 'Prefix', backend: defaultBackend }, counted, treatment);
  const pathsOf = new Map<string | undefined, PathMatch[]>();
  for (const { host, http } of rules) {
    // No host, and an empty one, stand for every host.
    const key = host || undefined;
    const paths = (http?.paths ?? []).map((path) => pathMatch(path, counted, treatment));
    pathsOf.set(key, [...(pathsOf.get(key) ?? []), ...paths]);
  }
  // Without a rule for every host the default backend has the rest.
  if (otherwise?.here && !pathsOf.has(undefined)) pathsOf.set(undefined, []);
  return [...pathsOf].flatMap(([host, own]) => {
    const paths = otherwise === undefined ? own : [...own, otherwise];
    if (!paths.some(({ here }) => here)) return [];
    const urls = urlsOf(ingress, host, treatment, secrets);
    return urls.length === 0 ? [] : [{ urls, paths }];
  });
}

function urlsOf(
  ingress: Ingress,
  host: string | undefined,
  treatment: Treatment,
  secrets: ReadonlySet<string> | undefined,
): readonly FoundUrl[] {
  // Nobody can call a wildcard.
  if (host !== undefined && isWildcard(host)) return [];
  if (treatment.diverted !== undefined) return [foundUrl('Ingress', ingress, undefined, treatment.diverted)];
  const tls = tlsFor(ingress, host);
  const isSecured = tls !== undefined || treatment.hasCertificate || treatment.isHttpsOnly;
  const scheme: Scheme = isSecured ? 'https' : 'http';
  const { hosts, fault } = reachedAt(
    ingress.status?.loadBalancer?.ingress,
    defaultPort(scheme),
    nameOf('Ingress', ingress),
  );
  if (fault !== undefined) {
    // A name stays the same, whichever address it gets; not every controller publishes one.
    const origin = host !== undefined && fault.reason === 'PendingAddress' ? originOf(scheme, host) : undefined;
    return [foundUrl('Ingress', ingress, origin, fault)];
  }
  const missing = treatment.ignoresSecrets ? undefined : missingSecret(ingress, tls?.secretName, secrets);
  return (host === undefined ? hosts : [host]).map((each) =>
    foundUrl('Ingress', ingress, originOf(scheme, each), missing),
  );
}

/** TLS without hosts is TLS for all of them. */
function tlsFor({ spec }: Ingress, host: string | undefined): { readonly secretName?: string } | undefined {
  return (spec?.tls ?? []).find(({ hosts = [] }) =>
    hosts.length === 0 ? true : host !== undefined && hosts.some((pattern) => coversOneLabel(pattern, host)),
  );
}

/** Without a name, the controller's default certificate serves. */
function missingSecret(
  ingress: Ingress,
  name: string | undefined,
  secrets: ReadonlySet<string> | undefined,
): Unfulfilled | undefined {
  if (!name || secrets === undefined || secrets.has(name)) return undefined;
  const { namespace } = ingress.metadata;
  const message = `${nameOf('Ingress', ingress)} needs the TLS Secret ${namespace}/${name}, which does not exist: create it, or check the Certificate that issues it`;
  return { reason: 'CertificateMissing', message };
}

function isHere(backend: IngressBackend | undefined, counted: Counted): boolean {
  const { name, port } = backend?.service ?? {};
  const ports = name === undefined ? [] : (counted.get(name)?.ports ?? []);
  return ports.some((each) => (port?.name ? each.name === port.name : each.port === port?.number));
}

function pathMatch(
  { path = '/', pathType, backend }: IngressPath,
  counted: Counted,
  { isRegex, rewriteFor }: Treatment,
): PathMatch {
  const rewrite = rewriteFor(backend.service?.name);
  const rest = { here: isHere(backend, counted), ...(rewrite === undefined ? {} : { rewrite }) };
  if (isRegex) return { kind: 'regex', value: path, ...rest };
  if (pathType === 'Exact') return { kind: 'exact', value: path, ...rest };
  if (pathType === 'Prefix') return { kind: 'prefix', value: path, ...rest };
  // ImplementationSpecific: these forms are a prefix to every controller.
  return { kind: 'prefix', value: path.replace(/(\/?\.\*|\/\*)$/, '') || '/', ...rest };
}
