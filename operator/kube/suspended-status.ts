import { type Condition, type ObjectMeta, REQUESTED_AT_ANNOTATION } from '../api/meta.ts';

/** The part of a status that kstatus and `flux reconcile` read. */
interface ReconcileStatus {
  conditions?: Condition[];
  observedGeneration?: number;
  lastHandledReconcileAt?: string;
}

/**
 * The status of a suspended object: its conditions stay, and two fields follow, without which kstatus never calls it
 * Current.
 */
export function suspendedStatus<S extends ReconcileStatus>(object: { metadata: ObjectMeta; status?: S }): S {
  const { metadata, status = {} as S } = object;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const requestedAt = metadata.annotations?.[REQUESTED_AT_ANNOTATION];
  return {
    ...status,
    ...(ready?.status === 'True' && metadata.generation !== undefined
      ? { observedGeneration: metadata.generation }
      : {}),
    ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt }),
  };
}
