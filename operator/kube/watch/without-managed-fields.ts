import type { ObjectMeta } from '../../api/meta.ts';

/** The metadata without the bookkeeping of field managers, which is most of it and read by nobody here. */
export function withoutManagedFields(metadata: ObjectMeta): ObjectMeta {
  const { managedFields: _bulk, ...rest } = metadata as ObjectMeta & { managedFields?: unknown };
  return rest;
}
