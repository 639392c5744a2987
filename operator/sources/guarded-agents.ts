/**
 * Connections of clients that speak HTTP through Node: to no link-local address, through the proxy that the environment
 * names, with the certificates of `certSecretRef`.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { guardedLookup, type Lookup } from '../verify/guarded-lookup.ts';
import type { SecretData } from './source.ts';

export interface GuardedAgentsOptions {
  /** To one server. */
  readonly maxSockets: number;
  /** `ca.crt` takes the place of the machine's own authorities. */
  readonly certificates?: SecretData | undefined;
  /** The machine's when absent. */
  readonly lookup?: Lookup;
}

export interface GuardedAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * For how long a connection is kept that nothing uses. Set, it makes Node heed a server that says it keeps them for less:
 * what goes onto one that the server is closing has no answer.
 */
const IDLE_MS = 30_000;

/** An address that is written out is never looked up: callers check it before. */
export function createGuardedAgents({ maxSockets, certificates, lookup }: GuardedAgentsOptions): GuardedAgents {
  const options = {
    keepAlive: true,
    timeout: IDLE_MS,
    maxSockets,
    lookup: guardedLookup(lookup),
    proxyEnv: process.env,
  };
  const { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } = certificates ?? {};
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent({ ...options, ...tls }) };
}
