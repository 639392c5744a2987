/** The reasons of the condition `Exposed`, and what each means; `status` is the condition's. */
export const exposureReasons = {
  Exposed: { status: 'True', meaning: 'A URL in `status.url` is reachable from outside the cluster.' },
  NotExposed: { status: 'False', meaning: 'No URL leads here from outside, or the Receiver has no webhook path.' },
  PendingAddress: { status: 'False', meaning: 'The object that is to expose the Receiver has no address yet.' },
  CertificateMissing: { status: 'False', meaning: 'The TLS Secret that an Ingress names does not exist.' },
  PathRewritten: {
    status: 'False',
    meaning: 'An Ingress or HTTPRoute changes the path, so no webhook would be found.',
  },
  Diverted: { status: 'False', meaning: 'An Ingress or HTTPRoute leads requests elsewhere.' },
  LoadBalancerFailed: { status: 'False', meaning: 'The load balancer reports an error for the port.' },
  ExposureForbidden: {
    status: 'False',
    meaning: 'A `--tenant-exposure` flag does not allow what the Receiver requests.',
  },
  Conflict: { status: 'False', meaning: 'An object of that name belongs to somebody else.' },
  BackendMissing: { status: 'False', meaning: 'No Service leads to the operator.' },
  KindMissing: { status: 'False', meaning: 'The API server has no such kind: its CRD is not installed.' },
  AccessDenied: { status: 'False', meaning: 'The operator has no right to write the object.' },
  Invalid: { status: 'False', meaning: 'The API server rejects the object that `spec.exposure` describes.' },
} as const satisfies Record<string, { readonly status: 'True' | 'False'; readonly meaning: string }>;

export type ExposureReason = keyof typeof exposureReasons;

/** Whether a reason that was read is one of them: another version may have written it. */
export function isExposureReason(reason: string): reason is ExposureReason {
  return Object.hasOwn(exposureReasons, reason);
}
