/** The flags of the group Limits: what senders may take, and whose word counts for who they are. */
import { defaultLimits } from '../http/guard/limits.ts';
import { booleanFlag, bytesFlag, cidrsFlag, durationFlag, integerFlag, numberFlag } from './flag.ts';

export const limitFlags = {
  maxConnections: integerFlag({
    name: 'max-connections',
    group: 'Limits',
    default: defaultLimits.maxConnections,
    min: 1,
    help: 'Open connections to the receiver server; further ones are closed at once',
  }),
  maxConnectionsPerAddress: integerFlag({
    name: 'max-connections-per-address',
    group: 'Limits',
    default: defaultLimits.maxConnectionsPerAddress,
    min: 0,
    help: 'Those of one address (IPv6: one /64), trusted proxies apart; 0 for no limit',
  }),
  maxRequestsPerConnection: integerFlag({
    name: 'max-requests-per-connection',
    group: 'Limits',
    default: defaultLimits.maxRequestsPerConnection,
    min: 0,
    help: 'A connection ends after so many; 0 for no limit',
  }),
  headerTimeoutMs: durationFlag({
    name: 'header-timeout',
    group: 'Limits',
    default: '10s',
    min: defaultLimits.checkIntervalMs,
    help: 'How long a sender may take for the headers of a request, and for a TLS handshake',
  }),
  requestTimeoutMs: durationFlag({
    name: 'request-timeout',
    group: 'Limits',
    default: '30s',
    min: defaultLimits.checkIntervalMs,
    help: 'How long it may take for the whole request',
  }),
  refusedRateLimit: numberFlag({
    name: 'refused-rate-limit',
    group: 'Limits',
    default: defaultLimits.refusedPerSecond,
    min: 0,
    help: 'Refused requests a second of one sender, in the long run; beyond, it gets 429 to all; 0 for no limit',
  }),
  refusedRateBurst: integerFlag({
    name: 'refused-rate-burst',
    group: 'Limits',
    default: defaultLimits.refusedBurst,
    min: 1,
    help: 'How many of them may come at once',
  }),
  trustedProxies: cidrsFlag({
    name: 'trusted-proxies',
    group: 'Limits',
    help: 'Who is believed in X-Forwarded-For and PROXY headers, so that the limits of a sender are not those of its proxy',
  }),
  proxyProtocol: booleanFlag({
    name: 'proxy-protocol',
    group: 'Limits',
    default: false,
    help: 'The trusted proxies begin each connection with a PROXY header, of version 1 or 2',
  }),
  maxBodiesInFlightBytes: bytesFlag({
    name: 'max-bodies-in-flight',
    group: 'Limits',
    default: '64Mi',
    min: 4 * 1024 * 1024,
    help: 'Memory for the bodies of all requests under way; a sender without room waits, then gets 503',
  }),
  maxPendingNotifications: integerFlag({
    name: 'max-pending-notifications',
    group: 'Limits',
    default: 10_000,
    min: 0,
    help: 'Notifications that are kept (202) while the API server is away; further ones get 503',
  }),
};
