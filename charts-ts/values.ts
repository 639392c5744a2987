/** What an installation may choose: the one declaration of every value. A text of '' is not set. */
import { exposureKinds } from '../operator/api/exposure.ts';
import { logLevels } from '../operator/observe/log.ts';
import packageJson from '../package.json' with { type: 'json' };
import {
  choice,
  cidr,
  group,
  integer,
  item,
  listOf,
  matching,
  name,
  partOfPod,
  text,
  texts,
  type ValuesOf,
  value,
  yesOrNo,
} from './value.ts';

const pods = {
  resources: group('What each pod is given.', {
    cpuRequestMillis: value(
      integer(1),
      50,
      'CPU, in thousandths of a core. There is no limit, because it would only slow down the answers.',
    ),
    memoryRequestMebibytes: value(integer(64), 128, 'Memory, in Mi.'),
    memoryLimitMebibytes: value(
      integer(128),
      512,
      'Memory, in Mi, above which a pod is ended. Three quarters of it are the cap of the JavaScript heap.',
    ),
  }),
  terminationGracePeriodSeconds: value(
    integer(1),
    60,
    'Seconds from SIGTERM to SIGKILL: longer than --shutdown-delay, the longest request and the flush of pending notifications.',
  ),
  podLabels: value(
    texts,
    {},
    'More labels of the pods. {app: notification-controller} keeps a Service working that selected the controller of Flux.',
  ),
  podAnnotations: value(texts, {}, 'More annotations of the pods.'),
  priorityClassName: value(text, '', 'A PriorityClass of the cluster.'),
  nodeSelector: value(texts, {}, 'Labels of the nodes that may run the pods.'),
  tolerations: value(listOf(partOfPod), [], 'Tolerations of the pods.'),
  affinity: value(partOfPod, {}, 'Affinity of the pods.'),
};

const network = {
  service: group('The Service webhook-receiver, in front of the webhook endpoint.', {
    type: value(choice('ClusterIP', 'NodePort', 'LoadBalancer'), 'ClusterIP', 'Where the Service can be reached from.'),
    annotations: value(texts, {}, 'Annotations, such as a cloud wants them.'),
    loadBalancerClass: value(text, '', "The class of a LoadBalancer; by default the cluster's."),
    externalTrafficPolicy: value(
      choice('Cluster', 'Local'),
      'Cluster',
      "For a NodePort or LoadBalancer. Local keeps the senders' addresses.",
    ),
  }),
  webhook: group('Webhooks, whatever exposes the endpoint.', {
    allowFrom: value(
      listOf(cidr),
      [],
      "CIDRs that may reach the endpoint; empty allows all. They become the loadBalancerSourceRanges of the Service and, with externalTrafficPolicy Local, the sources in the NetworkPolicy: with Cluster that sees the nodes' addresses in place of the senders'. List an Ingress controller of the cluster too. See examples/values.",
    ),
  }),
  tls: group('TLS served by the operator itself, without an Ingress (docs/tls.md).', {
    secretName: value(
      text,
      '',
      'A Secret of the type kubernetes.io/tls in the namespace. With it, port 443 of the Service serves HTTPS.',
    ),
    only: value(yesOrNo, false, 'Turns plain HTTP off: port 80 of the Service, 9292 of the pods.'),
    certificate: group('A Certificate of cert-manager that makes the Secret and renews it.', {
      issuerName: value(text, '', 'The issuer. Without it there is no Certificate.'),
      issuerKind: value(choice('Issuer', 'ClusterIssuer'), 'Issuer', 'The kind of the issuer.'),
      dnsNames: value(listOf(name), [], 'The hosts of the certificate.'),
    }),
  }),
  networkPolicy: group('NetworkPolicies of the pods.', {
    ingress: group(
      'What may reach the pods. Probes of the kubelet need no rule: a node can always reach its own pods.',
      {
        enabled: value(yesOrNo, true, 'Adds the NetworkPolicy.'),
        metricsFromNamespaces: value(
          listOf(name),
          ['monitoring'],
          'Namespaces, by name, whose pods may scrape the metrics.',
        ),
      },
    ),
    egress: group('What the pods may reach.', {
      enabled: value(
        yesOrNo,
        false,
        'Adds the NetworkPolicy: the pods may reach DNS, the API server, issuers of ID tokens and the services of Providers, and nothing else.',
      ),
      apiServerPort: value(
        integer(1, 65_535),
        6443,
        'The port on which the API server itself listens: the one behind the Service kubernetes, not its 443.',
      ),
      apiServerCidrs: value(listOf(cidr), [], 'Addresses of the API server; empty allows any address.'),
      issuers: value(
        yesOrNo,
        true,
        'Allows HTTPS (443) to any address, for issuers of ID tokens (types generic-oidc, gcr, pubsub, eventgrid) and for Amazon SNS (type sns).',
      ),
      providerPorts: value(
        listOf(integer(1, 65_535)),
        [443],
        'Ports that are allowed to any address, for the services that Providers name.',
      ),
      brokers: value(
        listOf(item({ cidr, ports: listOf(integer(1, 65_535)) }, {})),
        [],
        'Addresses and ports of the brokers that BrokerReceivers name, such as {cidr: 10.0.0.0/8, ports: [4222]}.',
      ),
    }),
  }),
  ingress: group('An Ingress that leads /hook/ of one host to the Service.', {
    enabled: value(yesOrNo, false, 'Adds the Ingress.'),
    host: value(text, '', 'The host, such as hooks.example.com.'),
    className: value(text, '', "The IngressClass; by default the cluster's."),
    tlsSecretName: value(text, '', 'A Secret with the certificate of the host.'),
    annotations: value(texts, {}, 'Annotations, such as the Ingress controller or cert-manager wants them.'),
  }),
  httpRoute: group('An HTTPRoute of the Gateway API that leads /hook/ to the Service.', {
    enabled: value(yesOrNo, false, 'Adds the HTTPRoute.'),
    parentRefs: value(
      listOf(item({ name }, { namespace: name, sectionName: name })),
      [],
      'The Gateways: their name and, where it is not the default, their namespace and sectionName.',
    ),
    hostnames: value(listOf(name), [], "The hosts; empty takes all of the Gateway's."),
  }),
};

const alerts = group('Alerts and Providers.', {
  eventsFromNamespaces: value(
    listOf(name),
    [],
    "Namespaces, by name, whose pods may post events beside those of the operator's own namespace.",
  ),
  workloadIdentity: value(
    yesOrNo,
    false,
    'Lets Providers name a ServiceAccount (feature gate ObjectLevelWorkloadIdentity), and the operator create its tokens.',
  ),
});

const sources = group('BrokerReceivers, and who the operator is to their brokers.', {
  serviceAccounts: value(
    listOf(matching('^[^*/]+/[^*/]+$')),
    [],
    'ServiceAccounts, as namespace/name, that the operator may read and create tokens of, so that BrokerReceivers there can name them.',
  ),
  defaultServiceAccount: value(
    text,
    '',
    'The ServiceAccount of BrokerReceivers that name no identity, in their own namespace; list it above too.',
  ),
  sharedIdentity: value(
    yesOrNo,
    false,
    "Lets BrokerReceivers of every namespace use the operator's own identity; false: those of its own namespace.",
  ),
  aggregateToEdit: value(
    yesOrNo,
    false,
    "Adds the right to write BrokerReceivers to Kubernetes' roles edit and admin. Who may write one may have the operator connect to any address that the pods reach.",
  ),
});

const rights = {
  targets: group('What Receivers may notify.', {
    extra: value(
      listOf(item({ group: text, plural: matching('^[^*/]+$') }, {})),
      [],
      'Kinds beside those of Flux, such as {group: example.com, plural: widgets}.',
    ),
  }),
  secrets: group('The Secrets that Receivers name.', {
    namespaces: value(
      listOf(name),
      [],
      'Namespaces whose Secrets may be read; empty allows all. With a list each Secret is read when it is needed, so a change takes effect at the next interval of its Receiver and not at once.',
    ),
  }),
};

const rbac = group("Rights of people, beside those of Kubernetes' roles view, edit and admin.", {
  aggregate: value(
    yesOrNo,
    false,
    "Adds what was delivered (ClusterRole sluice-deliveries-view) to Kubernetes' roles view, edit and admin, and kept bodies (sluice-payloads-view) and replays (sluice-replay) to edit and admin; false: to none.",
  ),
});

const exposure = group('The objects that Receivers request by spec.exposure, and the URLs in their status.', {
  services: value(yesOrNo, true, 'Lets the operator write Services, in its own namespace.'),
  ingresses: value(yesOrNo, true, 'Lets it write Ingresses there.'),
  httpRoutes: value(yesOrNo, true, 'Lets it write HTTPRoutes there.'),
  nodePort: value(yesOrNo, false, "Lets it read the nodes' addresses, without which no URL of a NodePort is shown."),
  externalUrl: value(
    text,
    '',
    'Base URL of a tunnel or proxy that Kubernetes does not know, such as https://hooks.example.com.',
  ),
  urlSecrets: group('The Secrets that Receivers request by spec.exposure.urlSecret.', {
    namespaces: value(
      listOf(name),
      [],
      'Namespaces in which the operator may create, change and delete Secrets, by a Role in each; empty allows none.',
    ),
  }),
  tenants: group("What Receivers in other namespaces than the operator's may request.", {
    kinds: value(listOf(choice(...exposureKinds)), [], 'The kinds of exposure; empty allows none.'),
    hosts: value(listOf(name), [], 'The hosts that they may name; * is one label.'),
    serviceAnnotations: value(texts, {}, 'Annotations of their Services.'),
    loadBalancerClass: value(text, '', 'The class of their LoadBalancers.'),
    ingressClass: value(text, '', 'The class of their Ingresses.'),
    ingressTlsSecret: value(text, '', "A Secret in the operator's namespace with the certificate of their Ingresses."),
    ingressAnnotations: value(texts, {}, 'Annotations of their Ingresses.'),
    gateway: value(text, '', 'The Gateway of their HTTPRoutes, as namespace/name or namespace/name/listener.'),
  }),
});

/** Every value, in the order of values.yaml. */
export const declaration = {
  namespace: value(name, 'flux-system', 'Where the operator runs.'),
  createNamespace: value(
    yesOrNo,
    true,
    'Makes the namespace part of the manifests; false where somebody else makes it.',
  ),
  image: value(name, `sluice:${packageJson.version}`, 'The image, with its registry, and its tag or digest.'),
  imagePullPolicy: value(choice('Always', 'IfNotPresent', 'Never'), 'IfNotPresent', 'When the image is pulled.'),
  imagePullSecrets: value(
    listOf(name),
    [],
    'Names of Secrets in the namespace that hold the credentials of the registry.',
  ),
  replicas: value(integer(0), 2, 'The number of pods. All serve webhooks; one of them writes statuses.'),
  watchAllNamespaces: value(
    yesOrNo,
    true,
    "Serves the Receivers of all namespaces; false: of the operator's own alone, with Roles instead of ClusterRoles.",
  ),
  logLevel: value(choice(...logLevels), 'info', 'The least important lines of the log.'),
  extraArgs: value(
    listOf(text),
    [],
    'More flags of the operator (docs/reference/flags.md), after the usual ones. Of a flag given twice, the last counts.',
  ),
  ...pods,
  ...network,
  podDisruptionBudget: group('Keeps a drain from taking all pods at once.', {
    enabled: value(yesOrNo, true, 'Adds the PodDisruptionBudget.'),
    maxUnavailable: value(integer(1), 1, 'How many pods a drain may take at once.'),
  }),
  podMonitor: group('A PodMonitor of the Prometheus operator.', {
    enabled: value(yesOrNo, false, 'Adds the PodMonitor.'),
    interval: value(text, '', "The interval, such as 30s; by default Prometheus' own."),
    labels: value(texts, {}, 'More labels, by which a Prometheus may select it.'),
  }),
  prometheusRule: group('A PrometheusRule of the Prometheus operator, with alerts (docs/metrics.md).', {
    enabled: value(yesOrNo, false, 'Adds the PrometheusRule.'),
    labels: value(texts, {}, 'More labels, by which a Prometheus may select it.'),
  }),
  grafanaDashboard: group('A ConfigMap with a dashboard, which the sidecar of Grafana reads (docs/metrics.md).', {
    enabled: value(yesOrNo, false, 'Adds the ConfigMap, with the label grafana_dashboard: "1".'),
    labels: value(texts, {}, 'More labels, by which a sidecar may select it.'),
    annotations: value(texts, {}, 'Annotations, such as grafana_folder.'),
  }),
  ...rights,
  rbac,
  alerts,
  sources,
  exposure,
};

/** All values of an installation. */
export type SluiceValues = ValuesOf<typeof declaration>;

type Overlay<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Overlay<T[Key]> }
    : T;

/** What differs from the defaults: maps are merged, lists and everything else are replaced. */
export type SluiceProps = Overlay<SluiceValues>;
