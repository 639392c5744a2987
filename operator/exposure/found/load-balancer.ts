/** Reads the addresses that a load balancer reports for a Service or an Ingress. Pure. */
import type { LoadBalancerAddress } from '../objects.ts';
import type { Unfulfilled } from './found-url.ts';

export interface Reached {
  /** Host names and IP addresses at which the port is open, as far as they are reported. */
  readonly hosts: readonly string[];
  /** Why there is none; undefined: there is one. */
  readonly fault: Unfulfilled | undefined;
}

/**
 * @param object the object as messages name it.
 * @param port the port of the Service, or of the Ingress's scheme.
 */
export function reachedAt(addresses: readonly LoadBalancerAddress[] = [], port: number, object: string): Reached {
  const given = addresses.filter(({ hostname, ip }) => (hostname || ip) !== undefined && (hostname || ip) !== '');
  const open = given.filter((address) => portError(address, port) === undefined);
  const hosts = open.flatMap(({ hostname, ip }) => hostname || ip || []);
  if (hosts.length > 0) return { hosts, fault: undefined };
  return { hosts, fault: given[0] === undefined ? noAddress(object) : failed(given[0], port, object) };
}

/** The error that the load balancer reports for a TCP port, as in PortStatus of core/v1. */
function portError({ ports = [] }: LoadBalancerAddress, port: number): string | undefined {
  return ports.find((each) => each.port === port && (each.protocol ?? 'TCP') === 'TCP')?.error || undefined;
}

function noAddress(object: string): Unfulfilled {
  const message = `${object} has no address yet: wait for its load balancer or controller, or check its class and events`;
  return { reason: 'PendingAddress', message };
}

function failed(address: LoadBalancerAddress, port: number, object: string): Unfulfilled {
  const message = `the load balancer of ${object} reports ${portError(address, port)} for port ${port}: correct it at the provider`;
  return { reason: 'LoadBalancerFailed', message };
}
