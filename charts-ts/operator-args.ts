/** The operator's command line. */
import { EVENT_PORT } from '../operator/api/installation.ts';
import { ports } from './ports.ts';
import type { SluiceValues } from './values.ts';

/** Where the Secret with the certificate is mounted. */
export const TLS_FOLDER = '/etc/sluice/tls';

export function operatorArgs(values: SluiceValues): string[] {
  return [
    `--receiverAddr=${values.tls.only ? '' : `:${ports['http-webhook']}`}`,
    ...tlsArgs(values),
    `--events-addr=:${ports[EVENT_PORT]}`,
    `--health-addr=:${ports.healthz}`,
    `--metrics-addr=:${ports['http-prom']}`,
    `--watch-all-namespaces=${values.watchAllNamespaces}`,
    '--enable-leader-election',
    `--log-level=${values.logLevel}`,
    '--log-encoding=json',
    ...(values.alerts.workloadIdentity ? ['--feature-gates=ObjectLevelWorkloadIdentity=true'] : []),
    ...sourceArgs(values),
    ...exposureArgs(values),
    ...values.extraArgs,
  ];
}

function sourceArgs({ sources: { defaultServiceAccount, sharedIdentity } }: SluiceValues): string[] {
  return [
    ...(defaultServiceAccount === '' ? [] : [`--default-service-account=${defaultServiceAccount}`]),
    ...(sharedIdentity ? ['--shared-broker-identity'] : []),
  ];
}

function tlsArgs({ tls }: SluiceValues): string[] {
  if (tls.secretName === '') return [];
  return [
    `--tls-cert-file=${TLS_FOLDER}/tls.crt`,
    `--tls-key-file=${TLS_FOLDER}/tls.key`,
    `--receiver-tls-addr=:${ports['https-webhook']}`,
  ];
}

/** The flags of exposure, and the value that each is set by. */
export const exposureFlags = {
  'external-url': 'exposure.externalUrl',
  'tenant-exposure': 'exposure.tenants.kinds',
  'tenant-exposure-hosts': 'exposure.tenants.hosts',
  'tenant-service-annotations': 'exposure.tenants.serviceAnnotations',
  'tenant-load-balancer-class': 'exposure.tenants.loadBalancerClass',
  'tenant-ingress-class': 'exposure.tenants.ingressClass',
  'tenant-ingress-tls-secret': 'exposure.tenants.ingressTlsSecret',
  'tenant-ingress-annotations': 'exposure.tenants.ingressAnnotations',
  'tenant-gateway': 'exposure.tenants.gateway',
} as const;

/** Only what is set: the rest are the operator's own defaults. */
function exposureArgs({ exposure: { externalUrl, tenants } }: SluiceValues): string[] {
  const written: Readonly<Record<keyof typeof exposureFlags, string>> = {
    'external-url': externalUrl,
    'tenant-exposure': tenants.kinds.join(','),
    'tenant-exposure-hosts': tenants.hosts.join(','),
    'tenant-service-annotations': pairs(tenants.serviceAnnotations),
    'tenant-load-balancer-class': tenants.loadBalancerClass,
    'tenant-ingress-class': tenants.ingressClass,
    'tenant-ingress-tls-secret': tenants.ingressTlsSecret,
    'tenant-ingress-annotations': pairs(tenants.ingressAnnotations),
    'tenant-gateway': tenants.gateway,
  };
  return Object.entries(written).flatMap(([flag, value]) => (value === '' ? [] : [`--${flag}=${value}`]));
}

function pairs(annotations: Readonly<Record<string, string>>): string {
  return Object.entries(annotations)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
