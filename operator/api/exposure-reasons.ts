interface Explained {
  readonly status: 'True' | 'False';
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** The reasons of the condition `Exposed`, what each means, and what to do; `status` is the condition's. */
export const exposureReasons = {
  Exposed: {
    status: 'True',
    meaning: 'A URL in `status.url` is reachable from outside the cluster.',
    remedy: 'Give `status.url` to the sender.',
  },
  NotExposed: {
    status: 'False',
    meaning: 'No URL leads here from outside, or the Receiver has no webhook path.',
    remedy: 'Expose the operator, or see `Ready`.',
  },
  PendingAddress: {
    status: 'False',
    meaning: 'A Service, Ingress or HTTPRoute has no address yet, or no Gateway accepts it.',
    remedy: 'Wait, or check its class, its events and the Gateway.',
  },
  CertificateMissing: {
    status: 'False',
    meaning: 'The TLS Secret that an Ingress names does not exist.',
    remedy: 'Create it, or check the Certificate that issues it.',
  },
  PathRewritten: {
    status: 'False',
    meaning: 'An Ingress or HTTPRoute changes the path, so no webhook would be found.',
    remedy: 'Remove the annotation or filter, or keep the path.',
  },
  Diverted: {
    status: 'False',
    meaning: 'A redirect or a canary of an Ingress or HTTPRoute leads requests elsewhere.',
    remedy: 'Remove the annotation or filter.',
  },
  LoadBalancerFailed: {
    status: 'False',
    meaning: 'The load balancer reports an error for the port.',
    remedy: 'Correct it at the provider.',
  },
  ExposureForbidden: {
    status: 'False',
    meaning: 'A `--tenant-exposure` flag does not allow what the Receiver requests.',
    remedy: 'Request an allowed kind and host, or allow it in the values under `exposure.tenants`.',
  },
  Conflict: {
    status: 'False',
    meaning: "Somebody else's object has the name, or an older Receiver decides the shared Service.",
    remedy: 'Delete it, choose another name, or request the same.',
  },
  BackendMissing: {
    status: 'False',
    meaning: 'No Service leads to the operator.',
    remedy: 'Create the Service `webhook-receiver`, or name another one in `--receiver-service`.',
  },
  KindMissing: {
    status: 'False',
    meaning: 'The API server has no such kind: its CRD is not installed.',
    remedy: 'Install the CRDs of the Gateway API.',
  },
  AccessDenied: {
    status: 'False',
    meaning: 'The operator has no right to write the object.',
    remedy:
      'Set `exposure.services`, `exposure.ingresses`, `exposure.httpRoutes` or `exposure.urlSecrets.namespaces` in the values.',
  },
  Invalid: {
    status: 'False',
    meaning: 'The API server rejects the object that `spec.exposure` describes.',
    remedy: 'Correct `spec.exposure`.',
  },
} as const satisfies Record<string, Explained>;

export type ExposureReason = keyof typeof exposureReasons;

/** Whether a reason that was read is one of them: another version may have written it. */
export function isExposureReason(reason: string): reason is ExposureReason {
  return Object.hasOwn(exposureReasons, reason);
}
