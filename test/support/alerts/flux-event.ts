import type { FluxEvent } from '../../../operator/alerts/flux-event.ts';

/** An event of a Kustomization. */
export function fluxEvent(change: Partial<FluxEvent> = {}): FluxEvent {
  return {
    involvedObject: {
      kind: 'Kustomization',
      namespace: 'payments',
      name: 'ledger',
      uid: 'u1',
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      resourceVersion: '',
      fieldPath: '',
    },
    severity: 'info',
    timestamp: null,
    message: 'ready',
    reason: 'ReconciliationSucceeded',
    metadata: new Map(),
    reportingController: 'kustomize-controller',
    reportingInstance: '',
    ...change,
  };
}
