// The flags of etcd, kube-apiserver and kube-controller-manager for a control plane that lives for one run.

/** Loopback ports of one control plane. */
export interface Ports {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** Files of one control plane, as absolute paths. */
export interface Files {
  readonly etcdData: string;
  readonly authority: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly tokenKey: string;
  readonly tokenPublicKey: string;
  readonly controllerManagerKubeconfig: string;
}

/** Name in the run's folder of the key that signs the tokens of ServiceAccounts. */
export const TOKEN_KEY_FILE = 'service-accounts.key';

/** `iss` of ServiceAccount tokens. */
export const SERVICE_ACCOUNT_ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** The first address of the service range is the one of the Service `kubernetes`. */
export const KUBERNETES_SERVICE_IP = '10.0.0.1';

// Those that make objects behave as on a real cluster; nothing here runs pods.
const CONTROLLERS = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'deployment-controller',
  'replicaset-controller',
  'endpointslice-controller',
];

/** Flags of etcd. A run's data is worth nothing after the run, so nothing waits for the disk. */
export function etcdArgs(ports: Ports, files: Files): string[] {
  const client = `http://127.0.0.1:${ports.etcdClient}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    '--unsafe-no-fsync',
    '--name=default',
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
  ];
}

/** Flags of kube-apiserver: TLS, client certificates, ServiceAccount tokens and RBAC as on a real cluster. */
export function apiServerArgs(ports: Ports, files: Files): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.authority}`,
    `--service-account-issuer=${SERVICE_ACCOUNT_ISSUER}`,
    `--service-account-key-file=${files.tokenPublicKey}`,
    `--service-account-signing-key-file=${files.tokenKey}`,
    '--service-cluster-ip-range=10.0.0.0/16',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    // The address would be a loopback one, which an EndpointSlice must not hold.
    '--endpoint-reconciler-type=none',
    '--shutdown-delay-duration=0s',
  ];
}

/** Flags of kube-controller-manager, which serves nothing itself. */
export function controllerManagerArgs(files: Files): string[] {
  return [
    `--kubeconfig=${files.controllerManagerKubeconfig}`,
    `--root-ca-file=${files.authority}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
  ];
}
