/** What no flag can know alone: values that do not go together. */
import { printGoDuration as print } from '../api/go-duration.ts';
import type { FlagValues } from './flags.ts';
import { sameAddress } from './parse-address.ts';
import { UsageError } from './read-flags.ts';

/** Candidates for a Lease wait up to so much longer than the retry period. */
const RETRY_JITTER = 1.2;

/** @throws UsageError */
export function checkTogether(values: FlagValues): void {
  const { minRetryDelayMs, maxRetryDelayMs } = values;
  if (minRetryDelayMs > maxRetryDelayMs) {
    throw new UsageError(
      `--min-retry-delay ${print(minRetryDelayMs)} is longer than --max-retry-delay ${print(maxRetryDelayMs)}`,
    );
  }
  checkTls(values);
  checkLimits(values);
  checkTenants(values);
  checkAlerts(values);
  checkAddresses(values);
  if (values.enableLeaderElection) checkLeaderElection(values);
}

function checkTls({ receiverAddr, tlsCertFile, tlsKeyFile }: FlagValues): void {
  if ((tlsCertFile === '') !== (tlsKeyFile === '')) {
    const [given, missing] = tlsKeyFile === '' ? ['cert', 'key'] : ['key', 'cert'];
    throw new UsageError(`--tls-${given}-file needs --tls-${missing}-file too`);
  }
  if (receiverAddr === undefined && tlsCertFile === '') {
    throw new UsageError('--receiverAddr "" serves no webhooks without --tls-cert-file and --tls-key-file');
  }
}

function checkLimits({ headerTimeoutMs, requestTimeoutMs, proxyProtocol, trustedProxies }: FlagValues): void {
  if (headerTimeoutMs > requestTimeoutMs) {
    throw new UsageError(
      `--header-timeout ${print(headerTimeoutMs)} is longer than --request-timeout ${print(requestTimeoutMs)}`,
    );
  }
  if (proxyProtocol && trustedProxies.isEmpty) {
    throw new UsageError('--proxy-protocol needs --trusted-proxies, because nobody else is believed');
  }
}

function checkTenants({ tenantExposure, tenantExposureHosts, tenantGateway }: FlagValues): void {
  const withHost = tenantExposure.find((kind) => kind !== 'Service');
  if (withHost !== undefined && tenantExposureHosts.length === 0) {
    throw new UsageError(`--tenant-exposure ${withHost} needs --tenant-exposure-hosts`);
  }
  if (tenantExposure.includes('HTTPRoute') && tenantGateway === undefined) {
    throw new UsageError('--tenant-exposure HTTPRoute needs --tenant-gateway');
  }
}

function checkAlerts(values: FlagValues): void {
  const { alertsAllNamespaces, noCrossNamespaceRefs } = values;
  if (alertsAllNamespaces && noCrossNamespaceRefs) {
    throw new UsageError('--alerts-all-namespaces and --no-cross-namespace-refs contradict each other');
  }
}

function checkAddresses(values: FlagValues): void {
  const { receiverAddr, receiverTlsAddr, tlsCertFile, eventsAddr, healthAddr, metricsAddr } = values;
  const webhookAddresses = [receiverAddr, tlsCertFile === '' ? undefined : receiverTlsAddr];
  const addresses = [...webhookAddresses, eventsAddr, healthAddr, metricsAddr, values.pageAddr, values.peersAddr]
    .filter((address) => address !== undefined)
    .filter(({ spare }) => spare !== true);
  for (const [index, one] of addresses.entries()) {
    const other = addresses.slice(0, index).find((earlier) => sameAddress(earlier, one));
    if (other !== undefined) {
      throw new UsageError(`${other.flag} ${other.text} and ${one.flag} ${one.text} cannot listen on the same port`);
    }
  }
}

function checkLeaderElection(values: FlagValues): void {
  const leaseMs = values.leaderElectionLeaseDurationMs;
  const renewMs = values.leaderElectionRenewDeadlineMs;
  const retryMs = values.leaderElectionRetryPeriodMs;
  // Only whole seconds are written into the Lease.
  if (Math.floor(leaseMs / 1_000) * 1_000 <= renewMs) {
    throw new UsageError(
      `--leader-election-lease-duration ${print(leaseMs)} must be longer than --leader-election-renew-deadline ${print(renewMs)}`,
    );
  }
  if (renewMs <= retryMs * RETRY_JITTER) {
    throw new UsageError(
      `--leader-election-renew-deadline ${print(renewMs)} must be longer than ${RETRY_JITTER} times --leader-election-retry-period ${print(retryMs)}`,
    );
  }
}
