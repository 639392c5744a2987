/** The flags of the group Limits: what senders may take, and whose word counts for who they are. */
import { defaultLimits } from '../http/guard/limits.ts';
import { booleanFlag, bytesFlag, cidrsFlag, durationFlag, integerFlag, numberFlag } from './flag.ts';

export const limitFlags = {
  maxConnections: integerFlag({
    name: 'max-connections',
    group: 'Limits',
    default: defaultLimits.maxConnections,
    min: 1,
    help: 'Open connections to the webhook servers, HTTP and HTTPS together; further connections are closed',
  }),
  maxConnectionsPerAddress: integerFlag({
    name: 'max-connections-per-address',
    group: 'Limits',
    default: defaultLimits.maxConnectionsPerAddress,
    min: 0,
    help: 'Open connections of one address, or of one /64 with IPv6; --trusted-proxies are exempt; 0 means no limit',
  }),
  maxRequestsPerConnection: integerFlag({
    name: 'max-requests-per-connection',
    group: 'Limits',
    default: defaultLimits.maxRequestsPerConnection,
    min: 0,
    help: 'Requests on one connection before it is closed; 0 means no limit',
  }),
  headerTimeoutMs: durationFlag({
    name: 'header-timeout',
    group: 'Limits',
    default: '10s',
    min: defaultLimits.checkIntervalMs,
    help: 'Time to receive the headers of a request, or to finish a TLS handshake, as a duration; then the connection is closed',
  }),
  requestTimeoutMs: durationFlag({
    name: 'request-timeout',
    group: 'Limits',
    default: '30s',
    min: defaultLimits.checkIntervalMs,
    help: 'Time to receive a whole request, as a duration; then the connection is closed',
  }),
  refusedRateLimit: numberFlag({
    name: 'refused-rate-limit',
    group: 'Limits',
    default: defaultLimits.refusedPerSecond,
    min: 0,
    help: 'Rejected requests per second of one sender; beyond it, all of its requests get 429; 0 means no limit',
  }),
  refusedRateBurst: integerFlag({
    name: 'refused-rate-burst',
    group: 'Limits',
    default: defaultLimits.refusedBurst,
    min: 1,
    help: 'Rejected requests of one sender that may exceed --refused-rate-limit at once; it means nothing if that is 0',
  }),
  trustedProxies: cidrsFlag({
    name: 'trusted-proxies',
    group: 'Limits',
    help: 'Networks of proxies whose X-Forwarded-For and PROXY headers name the sender; if empty, the sender is the peer of the connection',
  }),
  proxyProtocol: booleanFlag({
    name: 'proxy-protocol',
    group: 'Limits',
    default: false,
    help: 'Requires a PROXY header, version 1 or 2, on each connection of --trusted-proxies; if false, none is expected',
  }),
  maxBodiesInFlightBytes: bytesFlag({
    name: 'max-bodies-in-flight',
    group: 'Limits',
    default: '64Mi',
    min: 4 * 1024 * 1024,
    help: 'Memory in bytes for the bodies of all requests in flight; a sender waits for room, then gets 503',
  }),
  maxPendingNotifications: integerFlag({
    name: 'max-pending-notifications',
    group: 'Limits',
    default: 10_000,
    min: 0,
    help: 'Notifications that are kept pending (202) while the API server cannot be reached; further ones get 503; 0 keeps none',
  }),
};
