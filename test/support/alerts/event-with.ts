import type { FluxEvent, InvolvedObject } from '../../../operator/alerts/flux-event.ts';

export interface EventParts extends Partial<Omit<FluxEvent, 'involvedObject' | 'metadata'>> {
  readonly involvedObject?: Partial<InvolvedObject>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** An event of Kustomization/payments/ledger, with what a test says of it. */
export function eventWith({ involvedObject, metadata = {}, ...fields }: EventParts = {}): FluxEvent {
  return {
    severity: 'info',
    timestamp: '2027-03-04T05:06:07Z',
    message: 'Health check passed',
    reason: 'HealthCheckPassed',
    reportingController: 'kustomize-controller',
    reportingInstance: '',
    ...fields,
    metadata: new Map(Object.entries(metadata)),
    involvedObject: {
      kind: 'Kustomization',
      namespace: 'payments',
      name: 'ledger',
      uid: 'u-1',
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      resourceVersion: '',
      fieldPath: '',
      ...involvedObject,
    },
  };
}
