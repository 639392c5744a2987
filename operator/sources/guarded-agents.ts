/**
 * Connections of clients that speak HTTP through Node: to no link-local address, through the proxy that the environment
 * names, with the certificates of `certSecretRef`.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { guardedLookup } from '../verify/guarded-lookup.ts';
import type { SecretData } from './source.ts';

export interface GuardedAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * An address that is written out is never looked up, so callers check it before.
 * @param certificates instead of the machine's own authorities, where there is `ca.crt`.
 */
export function createGuardedAgents(maxSockets: number, certificates?: SecretData): GuardedAgents {
  const options = { keepAlive: true, maxSockets, lookup: guardedLookup(), proxyEnv: process.env };
  const { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } = certificates ?? {};
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent({ ...options, ...tls }) };
}
