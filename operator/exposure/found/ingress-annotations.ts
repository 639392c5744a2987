/**
 * Reads the annotations by which Ingress controllers redirect, rewrite or secure requests. Pure. What they mean is said in
 * the docs of ingress-nginx, NGINX Inc., HAProxy (both), Traefik 1, Kong, AGIC, the AWS Load Balancer Controller and GKE.
 */
import type { Ingress } from '../objects.ts';
import { nameOf, type Unfulfilled } from './found-url.ts';
import type { Rewrite } from './path-rules.ts';

/** What annotations add to the rules of an Ingress. */
export interface Treatment {
  /** Why no request arrives; undefined: requests arrive. */
  readonly diverted: Unfulfilled | undefined;
  /** How the path is changed for a backend Service; undefined: it is kept. */
  rewriteFor(service: string | undefined): Rewrite | undefined;
  /** Whether its paths are regular expressions. */
  readonly isRegex: boolean;
  /** Whether an annotation gives it a certificate. */
  readonly hasCertificate: boolean;
  /** Whether its controller ignores the Secrets of `spec.tls`. */
  readonly ignoresSecrets: boolean;
  /** Whether plain HTTP is answered by a redirect to HTTPS. */
  readonly isHttpsOnly: boolean;
}

type Annotations = Readonly<Record<string, string>>;

const NGINX = 'nginx.ingress.kubernetes.io/';
const NGINX_REWRITE = `${NGINX}rewrite-target`;
const NGINX_INC_REWRITES = 'nginx.org/rewrites';
const HAPROXY_REWRITE = 'haproxy.org/path-rewrite';
/** A redirect, to wherever. */
const REDIRECTS = [
  `${NGINX}permanent-redirect`,
  `${NGINX}temporal-redirect`,
  'haproxy-ingress.github.io/redirect-to',
  'haproxy.org/request-redirect',
];
/** Their value replaces the prefix that matched. */
const PREFIX_REWRITES = [
  'haproxy-ingress.github.io/rewrite-target',
  'ingress.kubernetes.io/rewrite-target',
  'appgw.ingress.kubernetes.io/backend-path-prefix',
];
/** With this value, the prefix that matched is removed. */
const STRIPPED: Annotations = {
  'konghq.com/strip-path': 'true',
  'traefik.ingress.kubernetes.io/rule-type': 'PathPrefixStrip',
};
/** The AWS Load Balancer Controller finds certificates by host, not by Secret. */
const ALB = 'alb.ingress.kubernetes.io/';
const CERTIFICATES = [
  `${ALB}certificate-arn`,
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
];
const HTTPS_ONLY: Annotations = {
  [`${NGINX}force-ssl-redirect`]: 'true',
  'traefik.ingress.kubernetes.io/router.tls': 'true',
};
const CANARY = `${NGINX}canary`;
const USE_REGEX = `${NGINX}use-regex`;
const ALL = new Set([
  ...REDIRECTS,
  ...PREFIX_REWRITES,
  ...CERTIFICATES,
  ...Object.keys(STRIPPED),
  ...Object.keys(HTTPS_ONLY),
  ...[NGINX_REWRITE, NGINX_INC_REWRITES, HAPROXY_REWRITE, CANARY, USE_REGEX],
]);

/** The annotations that are read, of all that an Ingress has. */
export function readAnnotations(annotations: Annotations = {}): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => ALL.has(name) || name.startsWith(ALB)));
}

export function treatmentOf(ingress: Ingress): Treatment {
  const { annotations = {} } = ingress.metadata;
  const has = (name: string) => (annotations[name] ?? '') !== '';
  const isSet = (values: Annotations) => Object.keys(values).find((name) => annotations[name] === values[name]);
  const redirect = REDIRECTS.find(has) ?? isSet({ [CANARY]: 'true' });
  return {
    diverted: redirect === undefined ? undefined : diverted(ingress, redirect),
    rewriteFor(service) {
      const rewrite = rewriteOf(annotations, isSet(STRIPPED), service);
      return rewrite && { ...rewrite.rewrite, fault: changed(ingress, rewrite.annotation) };
    },
    isRegex: has(NGINX_REWRITE) || isSet({ [USE_REGEX]: 'true' }) !== undefined,
    hasCertificate: CERTIFICATES.some(has),
    ignoresSecrets: CERTIFICATES.some(has) || Object.keys(annotations).some((name) => name.startsWith(ALB)),
    isHttpsOnly: isSet(HTTPS_ONLY) !== undefined,
  };
}

type Found = { readonly annotation: string; readonly rewrite: Omit<Rewrite, 'fault'> } | undefined;

function rewriteOf(annotations: Annotations, stripping: string | undefined, service: string | undefined): Found {
  const nginx = annotations[NGINX_REWRITE];
  if (nginx) return { annotation: NGINX_REWRITE, rewrite: { kind: 'capture', target: nginx } };
  const haproxy = annotations[HAPROXY_REWRITE];
  if (haproxy) return { annotation: HAPROXY_REWRITE, rewrite: haproxyRewrite(haproxy) };
  const nginxInc = nginxIncTarget(annotations[NGINX_INC_REWRITES], service);
  if (nginxInc !== undefined) return { annotation: NGINX_INC_REWRITES, rewrite: { kind: 'prefix', target: nginxInc } };
  const name = PREFIX_REWRITES.find((each) => annotations[each]);
  if (name !== undefined) return { annotation: name, rewrite: { kind: 'prefix', target: annotations[name] ?? '' } };
  return stripping === undefined ? undefined : { annotation: stripping, rewrite: { kind: 'prefix', target: '/' } };
}

/** `/new` for every path, or a pattern and what replaces it. */
function haproxyRewrite(value: string): Omit<Rewrite, 'fault'> {
  const [first = '', second] = value.trim().split(/\s+/);
  return second === undefined ? { kind: 'whole', target: first } : { kind: 'capture', pattern: first, target: second };
}

/** `serviceName=a rewrite=/x;serviceName=b rewrite=/y` */
function nginxIncTarget(value: string | undefined, service: string | undefined): string | undefined {
  for (const part of value?.split(';') ?? []) {
    const [, name, target] = /^\s*serviceName=(\S+)\s+rewrite=(\S+)\s*$/.exec(part) ?? [];
    if (name === service) return target;
  }
  return undefined;
}

function diverted(ingress: Ingress, annotation: string): Unfulfilled {
  const object = nameOf('Ingress', ingress);
  const message = `${object} does not lead every request to the operator, by its annotation ${annotation}: remove it`;
  return { reason: 'Diverted', message };
}

function changed(ingress: Ingress, annotation: string): Unfulfilled {
  const object = nameOf('Ingress', ingress);
  const message = `${object} changes the path of requests, by its annotation ${annotation}: remove it, or keep the path by a capture group`;
  return { reason: 'PathRewritten', message };
}
