/** The flags about exposure: what leads to the operator, and what Receivers of other namespaces may request. */
import { exposureKinds } from '../api/exposure.ts';
import { NAME, RECEIVER_SERVICE } from '../api/installation.ts';
import { stringFlag } from './flag.ts';
import { annotationsFlag, baseUrlFlag, choicesFlag, gatewayFlag, hostsFlag } from './structured-flag.ts';

export const exposureFlags = {
  externalUrl: baseUrlFlag({
    name: 'external-url',
    group: 'Exposure',
    help: "Base URL of a tunnel or proxy outside Kubernetes, to which a Receiver's path is appended; if empty, none",
  }),
  receiverService: stringFlag({
    name: 'receiver-service',
    group: 'Exposure',
    default: RECEIVER_SERVICE,
    help: "Service in the operator's namespace that the Ingresses and HTTPRoutes of Receivers use as backend",
  }),
  deployment: stringFlag({
    name: 'deployment',
    group: 'Exposure',
    default: NAME,
    help: 'Deployment of the operator, whose labels and ports identify the Services that lead to it',
  }),
  tenantExposure: choicesFlag({
    name: 'tenant-exposure',
    group: 'Exposure',
    choices: exposureKinds,
    help: "Kinds that Receivers outside the operator's namespace may request: Service, Ingress, HTTPRoute; if empty, none",
  }),
  tenantExposureHosts: hostsFlag({
    name: 'tenant-exposure-hosts',
    group: 'Exposure',
    help: "Hosts that Receivers outside the operator's namespace may request; * stands for one label, as in *.hooks.example.com; if empty, none",
  }),
  tenantServiceAnnotations: annotationsFlag({
    name: 'tenant-service-annotations',
    group: 'Exposure',
    help: 'Annotations of the Services of such Receivers, as name=value,name=value; if empty, none',
  }),
  tenantLoadBalancerClass: stringFlag({
    name: 'tenant-load-balancer-class',
    group: 'Exposure',
    help: "loadBalancerClass of the Services of such Receivers; if empty, the cluster's default",
  }),
  tenantIngressClass: stringFlag({
    name: 'tenant-ingress-class',
    group: 'Exposure',
    help: "IngressClass of the Ingresses of such Receivers; if empty, the cluster's default",
  }),
  tenantIngressTlsSecret: stringFlag({
    name: 'tenant-ingress-tls-secret',
    group: 'Exposure',
    help: "TLS Secret in the operator's namespace for the Ingresses of such Receivers; if empty, they serve HTTP",
  }),
  tenantIngressAnnotations: annotationsFlag({
    name: 'tenant-ingress-annotations',
    group: 'Exposure',
    help: 'Annotations of the Ingresses of such Receivers, as name=value,name=value; if empty, none',
  }),
  tenantGateway: gatewayFlag({
    name: 'tenant-gateway',
    group: 'Exposure',
    help: 'Gateway of the HTTPRoutes of such Receivers, as namespace/name or namespace/name/listener; if empty, none',
  }),
};
