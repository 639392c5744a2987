import type { JsonSchema } from './json-schema.ts';

/** The two fields of a status by which `flux reconcile` and kstatus follow an object of this kind. */
export function reconcileStatusSchema(kind: string) {
  return {
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'Last metadata.generation that the operator reconciled; -1 before the first.',
    },
    lastHandledReconcileAt: {
      type: 'string',
      description: `Last value of the annotation reconcile.fluxcd.io/requestedAt on the ${kind} that the operator handled.`,
    },
  } satisfies Readonly<Record<string, JsonSchema>>;
}
