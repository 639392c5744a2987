/** Which Services lead to the operator's pods, and to which of their ports. Pure. */
import { DEFAULT_WEBHOOK_PORT, selectorLabels, TLS_WEBHOOK_PORT, WEBHOOK_PORT } from '../../api/installation.ts';
import type { Deployment, Service, ServicePort } from '../objects.ts';
import type { EndpointSettings } from '../observed-objects.ts';
import type { Scheme } from './found-url.ts';

/** A port of a Service behind which webhooks are received. */
export interface CountedPort {
  readonly name: string | undefined;
  readonly port: number;
  /** In the pod. */
  readonly targetPort: number;
  readonly nodePort: number | undefined;
  readonly scheme: Scheme;
}

export interface CountedService {
  readonly service: Service;
  readonly ports: readonly CountedPort[];
}

/** By name; a Service that leads elsewhere is not in it. */
export function countedServices(
  services: readonly Service[],
  deployment: Deployment | undefined,
  settings: EndpointSettings,
): ReadonlyMap<string, CountedService> {
  const labels = deployment?.spec?.template?.metadata?.labels ?? selectorLabels;
  const named = containerPorts(deployment);
  const schemes = receiverPorts(named, settings);
  const counted = new Map<string, CountedService>();
  for (const service of services) {
    if (service.spec?.type === 'ExternalName' || !selects(service.spec?.selector, labels)) continue;
    const ports = (service.spec?.ports ?? []).flatMap((port) => countedPort(port, named, schemes));
    if (ports.length > 0) counted.set(service.metadata.name, { service, ports });
  }
  return counted;
}

function selects(selector: Readonly<Record<string, string>> = {}, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

function containerPorts(deployment: Deployment | undefined): ReadonlyMap<string, number> {
  const containers = deployment?.spec?.template?.spec?.containers ?? [{ ports: chartPorts }];
  const all = containers.flatMap(({ ports = [] }) => ports);
  return new Map(
    all.flatMap(({ name, containerPort }) => (name === undefined ? [] : [[name, containerPort] as const])),
  );
}

const chartPorts = [{ name: WEBHOOK_PORT, containerPort: DEFAULT_WEBHOOK_PORT }];

/** The ports of the pod at which webhooks are received, with how they are spoken to. */
function receiverPorts(
  named: ReadonlyMap<string, number>,
  { receiverPort, tlsPort }: EndpointSettings,
): ReadonlyMap<number, Scheme> {
  const ports = new Map<number, Scheme>();
  const add = (port: number | undefined, scheme: Scheme) => port !== undefined && ports.set(port, scheme);
  if (receiverPort !== undefined) {
    for (const port of [DEFAULT_WEBHOOK_PORT, receiverPort, named.get(WEBHOOK_PORT)]) add(port, 'http');
  }
  if (tlsPort !== undefined) for (const port of [tlsPort, named.get(TLS_WEBHOOK_PORT)]) add(port, 'https');
  return ports;
}

function countedPort(
  { name, protocol = 'TCP', port, targetPort = port, nodePort }: ServicePort,
  named: ReadonlyMap<string, number>,
  schemes: ReadonlyMap<number, Scheme>,
): readonly CountedPort[] {
  const inPod = typeof targetPort === 'number' ? targetPort : named.get(targetPort);
  const scheme = inPod === undefined ? undefined : schemes.get(inPod);
  if (protocol !== 'TCP' || inPod === undefined || scheme === undefined) return [];
  return [{ name, port, targetPort: inPod, nodePort, scheme }];
}
