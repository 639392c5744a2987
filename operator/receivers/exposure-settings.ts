import type { Config } from '../config.ts';
import type { ExposureSettings } from '../exposure/exposure.ts';

/** What the flags say of how Receivers may be exposed. */
export function exposureSettings(config: Config): ExposureSettings {
  return {
    endpoints: {
      namespace: config.runtimeNamespace,
      receiverPort: config.receiverAddr?.port,
      tlsPort: config.tls?.address.port,
      externalUrl: config.externalUrl,
    },
    deployment: config.deployment,
    receiverService: config.receiverService,
    tenancy: {
      kinds: config.tenantExposure,
      hosts: config.tenantExposureHosts,
      serviceAnnotations: config.tenantServiceAnnotations,
      loadBalancerClass: config.tenantLoadBalancerClass || undefined,
      ingressClass: config.tenantIngressClass || undefined,
      ingressTlsSecret: config.tenantIngressTlsSecret || undefined,
      ingressAnnotations: config.tenantIngressAnnotations,
      gateway: config.tenantGateway,
    },
  };
}
