/** Every flag there is, keyed by the field of the configuration that it sets, in the order that help shows them. */
import { logEncodings, logLevels } from '../observe/log.ts';
import { alertFlags } from './alert-flags.ts';
import { deliveryFlags } from './delivery-flags.ts';
import { exposureFlags } from './exposure-flags.ts';
import {
  addressFlag,
  booleanFlag,
  choiceFlag,
  durationFlag,
  type Flag,
  integerFlag,
  numberFlag,
  optionalAddressFlag,
  stringFlag,
} from './flag.ts';
import { limitFlags } from './limit-flags.ts';
import { sourceFlags } from './source-flags.ts';

/** A queue's concurrency that is a slip of the hand. */
const MAX_CONCURRENT = 10_000;

const servers = {
  receiverAddr: optionalAddressFlag({
    name: 'receiverAddr',
    group: 'Servers',
    default: ':9292',
    help: 'Address of the server for webhooks without TLS; empty for none',
  }),
  tlsCertFile: stringFlag({
    name: 'tls-cert-file',
    group: 'Servers',
    help: 'PEM certificate with its chain, for webhooks with TLS; a renewed file is read without a restart; empty for no TLS',
  }),
  tlsKeyFile: stringFlag({
    name: 'tls-key-file',
    group: 'Servers',
    help: 'PEM private key of the certificate in --tls-cert-file',
  }),
  receiverTlsAddr: addressFlag({
    name: 'receiver-tls-addr',
    group: 'Servers',
    default: ':9443',
    help: 'Address of the server for webhooks with TLS, if --tls-cert-file and --tls-key-file are set',
  }),
  healthAddr: addressFlag({
    name: 'health-addr',
    group: 'Servers',
    default: ':9440',
    help: 'Address of the server for /healthz and /readyz',
  }),
  metricsAddr: optionalAddressFlag({
    name: 'metrics-addr',
    group: 'Servers',
    default: ':8080',
    // As controller-runtime has it, and so Flux.
    none: '0',
    help: 'Address of the server for /metrics; 0 means none',
  }),
  shutdownDelayMs: durationFlag({
    name: 'shutdown-delay',
    group: 'Servers',
    default: '5s',
    help: 'How long webhooks are served after SIGTERM while the replica is not ready; 0 closes the servers at once',
  }),
};

const receivers = {
  concurrent: integerFlag({
    name: 'concurrent',
    group: 'Receivers',
    default: 4,
    min: 1,
    max: MAX_CONCURRENT,
    help: 'How many Receivers are reconciled at the same time',
  }),
  watchAllNamespaces: booleanFlag({
    name: 'watch-all-namespaces',
    group: 'Receivers',
    default: true,
    help: "Serve the Receivers of all namespaces; if false, only of the operator's own (RUNTIME_NAMESPACE)",
  }),
  watchConfigsLabelSelector: stringFlag({
    name: 'watch-configs-label-selector',
    group: 'Receivers',
    help: 'Follow changes of the Secrets with these labels only; if empty, of all but those of Helm',
  }),
  noCrossNamespaceRefs: booleanFlag({
    name: 'no-cross-namespace-refs',
    group: 'Receivers',
    default: false,
    help: 'Refuse to notify resources in another namespace than that of the Receiver',
  }),
  minRetryDelayMs: durationFlag({
    name: 'min-retry-delay',
    group: 'Receivers',
    default: '750ms',
    min: 1,
    help: 'How long a failed reconcile waits before it is tried again; twice as long each further time',
  }),
  maxRetryDelayMs: durationFlag({
    name: 'max-retry-delay',
    group: 'Receivers',
    default: '15m',
    min: 1,
    help: 'The longest wait before a failed reconcile is tried again',
  }),
};

const kubernetesApi = {
  kubeApiQps: numberFlag({
    name: 'kube-api-qps',
    group: 'Kubernetes API',
    default: 50,
    min: 0.1,
    help: 'Requests a second to an API server that has no priority and fairness of its own',
  }),
  kubeApiBurst: integerFlag({
    name: 'kube-api-burst',
    group: 'Kubernetes API',
    default: 300,
    min: 1,
    help: 'How many such requests may be sent at once',
  }),
};

const leaderElection = {
  enableLeaderElection: booleanFlag({
    name: 'enable-leader-election',
    group: 'Leader election',
    default: false,
    help: 'Lets one of several replicas write status and events, while all serve webhooks; if false, each replica writes',
  }),
  leaderElectionReleaseOnCancel: booleanFlag({
    name: 'leader-election-release-on-cancel',
    group: 'Leader election',
    default: true,
    help: 'Frees the Lease when the process ends; if false, the next leader waits for --leader-election-lease-duration',
  }),
  leaderElectionLeaseDurationMs: durationFlag({
    name: 'leader-election-lease-duration',
    group: 'Leader election',
    default: '35s',
    min: 1_000,
    help: 'Time without a renewal after which another replica takes the Lease, as a duration',
  }),
  leaderElectionRenewDeadlineMs: durationFlag({
    name: 'leader-election-renew-deadline',
    group: 'Leader election',
    default: '30s',
    min: 1,
    help: 'Time that a leader goes on without a renewal, as a duration; it must be less than --leader-election-lease-duration',
  }),
  leaderElectionRetryPeriodMs: durationFlag({
    name: 'leader-election-retry-period',
    group: 'Leader election',
    default: '5s',
    min: 1,
    help: 'Time between two attempts to get or renew the Lease, as a duration',
  }),
};

const observing = {
  logLevel: choiceFlag({
    name: 'log-level',
    group: 'Logs and metrics',
    choices: logLevels,
    default: 'info',
    help: 'The lowest level of log lines that are written',
  }),
  logEncoding: choiceFlag({
    name: 'log-encoding',
    group: 'Logs and metrics',
    choices: logEncodings,
    default: 'json',
    help: 'The format of log lines: json for machines, console for people',
  }),
  metricsPerObject: booleanFlag({
    name: 'metrics-per-object',
    group: 'Logs and metrics',
    default: false,
    help: 'Give gotk_reconcile_duration_seconds the label name; with many Receivers that is many series',
  }),
};

export const flags = {
  ...servers,
  ...receivers,
  ...exposureFlags,
  ...alertFlags,
  ...sourceFlags,
  ...deliveryFlags,
  ...kubernetesApi,
  ...leaderElection,
  ...limitFlags,
  ...observing,
};

/** The values of all flags by the field that each sets. Names that end in `Ms` are milliseconds, in `Bytes` bytes. */
export type FlagValues = {
  readonly [Field in keyof typeof flags]: (typeof flags)[Field] extends Flag<infer T> ? T : never;
};

export const flagList: readonly Flag<unknown>[] = Object.values(flags);
