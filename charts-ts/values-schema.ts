/** The values as a JSON schema: what the file of an installation is checked against. Nothing is required in it. */
import type { SluiceValues } from './values.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A schema that names every field of `T` and no other. */
function fields<T>(properties: { readonly [Key in keyof Required<T>]: Schema }, required: readonly (keyof T)[] = []) {
  return { type: 'object', additionalProperties: false, properties, required };
}

const text: Schema = { type: 'string' };
const boolean: Schema = { type: 'boolean' };
const name: Schema = { type: 'string', minLength: 1 };
const texts: Schema = { type: 'object', additionalProperties: text };
const object: Schema = { type: 'object' };
const integer = (minimum: number, maximum?: number): Schema => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const choice = (...values: readonly string[]): Schema => ({ enum: values });
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const cidrs = listOf({ type: 'string', format: 'cidr' });

export const valuesSchema: Schema = fields<SluiceValues>({
  namespace: name,
  createNamespace: boolean,
  image: name,
  imagePullPolicy: choice('Always', 'IfNotPresent', 'Never'),
  imagePullSecrets: listOf(name),
  replicas: integer(0),
  watchAllNamespaces: boolean,
  logLevel: choice('trace', 'debug', 'info', 'error'),
  extraArgs: listOf(text),
  resources: fields<SluiceValues['resources']>({
    cpuRequestMillis: integer(1),
    memoryRequestMebibytes: integer(64),
    memoryLimitMebibytes: integer(128),
  }),
  terminationGracePeriodSeconds: integer(1),
  podLabels: texts,
  podAnnotations: texts,
  priorityClassName: text,
  nodeSelector: texts,
  tolerations: listOf(object),
  affinity: object,
  service: fields<SluiceValues['service']>({
    type: choice('ClusterIP', 'NodePort', 'LoadBalancer'),
    annotations: texts,
    loadBalancerClass: text,
    externalTrafficPolicy: choice('Cluster', 'Local'),
  }),
  webhook: fields<SluiceValues['webhook']>({ allowFrom: cidrs }),
  tls: fields<SluiceValues['tls']>({
    secretName: text,
    only: boolean,
    certificate: fields<SluiceValues['tls']['certificate']>({
      issuerName: text,
      issuerKind: choice('Issuer', 'ClusterIssuer'),
      dnsNames: listOf(name),
    }),
  }),
  podDisruptionBudget: fields<SluiceValues['podDisruptionBudget']>({ enabled: boolean, maxUnavailable: integer(1) }),
  networkPolicy: fields<SluiceValues['networkPolicy']>({
    ingress: fields<SluiceValues['networkPolicy']['ingress']>({
      enabled: boolean,
      metricsFromNamespaces: listOf(name),
    }),
    egress: fields<SluiceValues['networkPolicy']['egress']>({
      enabled: boolean,
      apiServerPort: integer(1, 65_535),
      apiServerCidrs: cidrs,
      issuers: boolean,
    }),
  }),
  ingress: fields<SluiceValues['ingress']>({
    enabled: boolean,
    host: text,
    className: text,
    tlsSecretName: text,
    annotations: texts,
  }),
  httpRoute: fields<SluiceValues['httpRoute']>({
    enabled: boolean,
    parentRefs: listOf(
      fields<SluiceValues['httpRoute']['parentRefs'][number]>({ name, namespace: name, sectionName: name }, ['name']),
    ),
    hostnames: listOf(name),
  }),
  podMonitor: fields<SluiceValues['podMonitor']>({ enabled: boolean, interval: text, labels: texts }),
  targets: fields<SluiceValues['targets']>({
    extra: listOf(
      fields<SluiceValues['targets']['extra'][number]>({ group: text, plural: { ...name, pattern: '^[^*/]+$' } }, [
        'group',
        'plural',
      ]),
    ),
  }),
  secrets: fields<SluiceValues['secrets']>({ namespaces: listOf(name) }),
  exposure: fields<SluiceValues['exposure']>({
    services: boolean,
    ingresses: boolean,
    httpRoutes: boolean,
    nodePort: boolean,
    externalUrl: text,
    tenants: fields<SluiceValues['exposure']['tenants']>({
      kinds: listOf(choice('Service', 'Ingress', 'HTTPRoute')),
      hosts: listOf(name),
      serviceAnnotations: texts,
      loadBalancerClass: text,
      ingressClass: text,
      ingressTlsSecret: text,
      ingressAnnotations: texts,
      gateway: text,
    }),
  }),
});
