/** The flags about the ways in: what leads to the operator, and what Receivers of other namespaces may ask for. */
import { exposureKinds } from '../api/exposure.ts';
import { NAME, RECEIVER_SERVICE } from '../api/installation.ts';
import { stringFlag } from './flag.ts';
import { annotationsFlag, baseUrlFlag, choicesFlag, gatewayFlag, hostsFlag } from './structured-flag.ts';

export const exposureFlags = {
  externalUrl: baseUrlFlag({
    name: 'external-url',
    group: 'Exposure',
    help: 'A way in that Kubernetes does not know, such as a tunnel: what comes before the path of a Receiver',
  }),
  receiverService: stringFlag({
    name: 'receiver-service',
    group: 'Exposure',
    default: RECEIVER_SERVICE,
    help: "The Service in the operator's namespace to which the Ingresses and HTTPRoutes of Receivers lead",
  }),
  deployment: stringFlag({
    name: 'deployment',
    group: 'Exposure',
    default: NAME,
    help: "The operator's own Deployment, whose labels and ports say which Services lead to it",
  }),
  tenantExposure: choicesFlag({
    name: 'tenant-exposure',
    group: 'Exposure',
    choices: exposureKinds,
    help: "What Receivers outside of the operator's namespace may ask for: Service, Ingress, HTTPRoute; if empty, nothing",
  }),
  tenantExposureHosts: hostsFlag({
    name: 'tenant-exposure-hosts',
    group: 'Exposure',
    help: 'The hosts that they may name, * for one label: *.hooks.example.com; if empty, none',
  }),
  tenantServiceAnnotations: annotationsFlag({
    name: 'tenant-service-annotations',
    group: 'Exposure',
    help: 'Annotations of their Services, as name=value,name=value',
  }),
  tenantLoadBalancerClass: stringFlag({
    name: 'tenant-load-balancer-class',
    group: 'Exposure',
    help: 'loadBalancerClass of their Services',
  }),
  tenantIngressClass: stringFlag({
    name: 'tenant-ingress-class',
    group: 'Exposure',
    help: "IngressClass of their Ingresses; if empty, the cluster's default",
  }),
  tenantIngressTlsSecret: stringFlag({
    name: 'tenant-ingress-tls-secret',
    group: 'Exposure',
    help: "Secret in the operator's namespace with the certificate of their Ingresses; if empty, they are without TLS",
  }),
  tenantIngressAnnotations: annotationsFlag({
    name: 'tenant-ingress-annotations',
    group: 'Exposure',
    help: 'Annotations of their Ingresses, as name=value,name=value',
  }),
  tenantGateway: gatewayFlag({
    name: 'tenant-gateway',
    group: 'Exposure',
    help: 'The Gateway of their HTTPRoutes, as namespace/name or namespace/name/listener',
  }),
};
