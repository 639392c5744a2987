/** Values that turn on all that can be turned on. */
import type { SluiceProps } from '../../charts-ts/index.ts';

export const everyValue = {
  imagePullPolicy: 'Always',
  imagePullSecrets: ['registry'],
  replicas: 3,
  logLevel: 'debug',
  extraArgs: ['--no-cross-namespace-refs'],
  podLabels: { app: 'notification-controller' },
  podAnnotations: { 'example.com/team': 'platform' },
  priorityClassName: 'system-cluster-critical',
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'example.com/infra', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          podAffinityTerm: {
            topologyKey: 'topology.kubernetes.io/zone',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'sluice' } },
          },
        },
      ],
    },
  },
  service: {
    type: 'LoadBalancer',
    annotations: { 'example.com/scheme': 'public' },
    loadBalancerClass: 'example.com/nlb',
    externalTrafficPolicy: 'Local',
  },
  webhook: { allowFrom: ['192.30.252.0/22', '2a0a:a440::/29'] },
  tls: {
    secretName: 'webhook-tls',
    certificate: { issuerName: 'letsencrypt', issuerKind: 'ClusterIssuer', dnsNames: ['hooks.example.com'] },
  },
  networkPolicy: {
    egress: { enabled: true, apiServerCidrs: ['10.0.0.1/32'], brokers: [{ cidr: '10.1.0.0/16', ports: [4222, 5672] }] },
  },
  ingress: {
    enabled: true,
    host: 'hooks.example.com',
    className: 'nginx',
    tlsSecretName: 'hooks-tls',
    annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
  },
  httpRoute: {
    enabled: true,
    parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
    hostnames: ['hooks.example.com'],
  },
  podMonitor: { enabled: true, interval: '30s', labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
  grafanaDashboard: { enabled: true, labels: { team: 'platform' }, annotations: { grafana_folder: 'Flux' } },
  targets: { extra: [{ group: 'example.com', plural: 'widgets' }] },
  alerts: { eventsFromNamespaces: ['apps'], workloadIdentity: true },
  sources: {
    serviceAccounts: ['tenant/flux-events', 'tenant/other', 'flux-system/flux-events'],
    defaultServiceAccount: 'flux-events',
    sharedIdentity: true,
    aggregateToEdit: true,
  },
  secrets: { namespaces: ['flux-system', 'tenant'] },
  rbac: { aggregate: true },
  exposure: {
    nodePort: true,
    externalUrl: 'https://hooks.example.com',
    urlSecrets: { namespaces: ['flux-system', 'tenant'] },
    tenants: {
      kinds: ['Service', 'Ingress', 'HTTPRoute'],
      hosts: ['*.hooks.example.com'],
      serviceAnnotations: { 'example.com/scheme': 'public', 'example.com/zones': 'a,b' },
      loadBalancerClass: 'example.com/nlb',
      ingressClass: 'nginx',
      ingressTlsSecret: 'hooks-tls',
      ingressAnnotations: { 'example.com/limit': '10' },
      gateway: 'gateways/public/https',
    },
  },
} as const satisfies SluiceProps;
