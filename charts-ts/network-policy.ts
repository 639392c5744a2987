/** What may reach the operator's pods, and where they may go. */
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EVENT_PORT, PEER_PORT } from '../operator/api/installation.ts';
import { commonLabels, NAME, selectorLabels } from './labels.ts';
import { ports, webhookPorts } from './ports.ts';
import type { SluiceValues } from './values.ts';

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
const DNS = 53;
const HTTPS = 443;

const port = (number: number, protocol = 'TCP'): k8s.NetworkPolicyPort => ({
  port: k8s.IntOrString.fromNumber(number),
  protocol,
});
const blocks = (cidrs: readonly string[]): k8s.NetworkPolicyPeer[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const podSelector: k8s.LabelSelector = { matchLabels: { ...selectorLabels } };

/** Events from the own namespace; other replicas; webhooks from anywhere, or from `webhook.allowFrom` where the senders' addresses are seen; metrics for scrapers. */
export class IngressNetworkPolicy extends Construct {
  constructor(scope: Construct, id: string, values: SluiceValues) {
    super(scope, id);
    new k8s.KubeNetworkPolicy(this, 'network-policy', {
      metadata: { name: NAME, namespace: values.namespace, labels: { ...commonLabels } },
      spec: {
        podSelector,
        policyTypes: ['Ingress'],
        ingress: [webhookRule(values), eventRule(values), peerRule, ...metricsRules(values)],
      },
    });
  }
}

function webhookRule(values: SluiceValues): k8s.NetworkPolicyIngressRule {
  const { service, webhook } = values;
  // With the policy Cluster a node puts its own address in the place of the sender's.
  const from = service.externalTrafficPolicy === 'Local' ? blocks(webhook.allowFrom) : [];
  const allowed = webhookPorts(values).map((name) => port(ports[name]));
  return { ports: allowed, ...(from.length === 0 ? {} : { from }) };
}

/** Nothing proves who sent an event, so only Flux's own controllers are let in. */
function eventRule({ alerts }: SluiceValues): k8s.NetworkPolicyIngressRule {
  const values = [...alerts.eventsFromNamespaces];
  const ofOthers: k8s.NetworkPolicyPeer[] =
    values.length === 0
      ? []
      : [{ namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME, operator: 'In', values }] } }];
  return { ports: [port(ports[EVENT_PORT])], from: [{ podSelector: {} }, ...ofOthers] };
}

/** Replicas ask each other for deliveries. */
const peerRule: k8s.NetworkPolicyIngressRule = { ports: [port(ports[PEER_PORT])], from: [{ podSelector }] };

function metricsRules({ networkPolicy }: SluiceValues): k8s.NetworkPolicyIngressRule[] {
  const values = [...networkPolicy.ingress.metricsFromNamespaces];
  // A rule without a source would let everybody in.
  if (values.length === 0) return [];
  const namespaceSelector = { matchExpressions: [{ key: NAMESPACE_NAME, operator: 'In', values }] };
  return [{ ports: [port(ports['http-prom'])], from: [{ namespaceSelector }] }];
}

/** DNS, the API server, other replicas, issuers of ID tokens, the services of Providers, and brokers. */
export class EgressNetworkPolicy extends Construct {
  constructor(scope: Construct, id: string, values: SluiceValues) {
    super(scope, id);
    const { apiServerPort, apiServerCidrs, issuers, providerPorts, brokers } = values.networkPolicy.egress;
    const open = [...new Set([...(issuers ? [HTTPS] : []), ...providerPorts])];
    const to = blocks(apiServerCidrs);
    const egress: k8s.NetworkPolicyEgressRule[] = [
      { ports: [port(DNS, 'UDP'), port(DNS)] },
      { ports: [port(apiServerPort)], ...(to.length === 0 ? {} : { to }) },
      { ports: [port(ports[PEER_PORT])], to: [{ podSelector }] },
      ...(open.length === 0 ? [] : [{ ports: open.map((each) => port(each)) }]),
      ...brokers.map(({ cidr, ports: allowed }) => ({ ports: allowed.map((each) => port(each)), to: blocks([cidr]) })),
    ];
    new k8s.KubeNetworkPolicy(this, 'network-policy', {
      metadata: { name: `${NAME}-egress`, namespace: values.namespace, labels: { ...commonLabels } },
      spec: { podSelector, policyTypes: ['Egress'], egress },
    });
  }
}
