import { Construct } from 'constructs';
import { Certificate } from './certificate.ts';
import { Crds } from './crds.ts';
import { Deployment } from './deployment.ts';
import { EventService } from './event-service.ts';
import { GrafanaDashboard } from './grafana-dashboard.ts';
import { HttpRoute } from './http-route.ts';
import { Ingress } from './ingress.ts';
import { Namespace } from './namespace.ts';
import { EgressNetworkPolicy, IngressNetworkPolicy } from './network-policy.ts';
import { PeerService } from './peer-service.ts';
import { PodDisruptionBudget } from './pod-disruption-budget.ts';
import { PodMonitor } from './pod-monitor.ts';
import { PrometheusRule } from './prometheus-rule.ts';
import { Rbac } from './rbac.ts';
import { ReceiverRoles } from './receiver-roles.ts';
import { resolveValues } from './resolve-values.ts';
import { Service } from './service.ts';
import type { SluiceProps } from './values.ts';

/** All that an installation needs, in the order in which it is applied: the CRDs come first. */
export class Sluice extends Construct {
  /**
   * @param props what differs from the defaults.
   * @throws ValuesError with one line that says which value is wrong and how.
   */
  constructor(scope: Construct, id: string, props: SluiceProps = {}) {
    super(scope, id);
    const values = resolveValues(props);
    const { networkPolicy } = values;
    const parts: Construct[] = [new Crds(this, 'crds')];
    if (values.createNamespace) parts.push(new Namespace(this, 'namespace', { name: values.namespace }));
    parts.push(new Rbac(this, 'rbac', values), new ReceiverRoles(this, 'receiver-roles', values));
    if (networkPolicy.ingress.enabled) parts.push(new IngressNetworkPolicy(this, 'ingress-policy', values));
    if (networkPolicy.egress.enabled) parts.push(new EgressNetworkPolicy(this, 'egress-policy', values));
    if (values.tls.certificate.issuerName !== '') parts.push(new Certificate(this, 'certificate', values));
    const service = new Service(this, 'service', values);
    parts.push(
      service,
      new EventService(this, 'event-service', values),
      new PeerService(this, 'peer-service', values),
      new Deployment(this, 'deployment', values),
    );
    if (values.podDisruptionBudget.enabled) parts.push(new PodDisruptionBudget(this, 'disruption-budget', values));
    if (values.ingress.enabled) parts.push(new Ingress(this, 'ingress', values, service.service));
    if (values.httpRoute.enabled) parts.push(new HttpRoute(this, 'http-route', values));
    if (values.podMonitor.enabled) parts.push(new PodMonitor(this, 'pod-monitor', values));
    if (values.prometheusRule.enabled) parts.push(new PrometheusRule(this, 'prometheus-rule', values));
    if (values.grafanaDashboard.enabled) parts.push(new GrafanaDashboard(this, 'grafana-dashboard', values));
    for (const [index, part] of parts.entries()) {
      const before = parts[index - 1];
      if (before !== undefined) part.node.addDependency(before);
    }
  }
}
