import type { JsonSchema } from '../../api/json-schema.ts';
import type { ResourceReference } from '../../api/receiver/receiver.ts';
import { resourceSchema } from '../../api/receiver/receiver-schema.ts';
import { schemaViolation } from '../../api/schema-violation.ts';
import { type TargetReference, targetReference } from '../target-reference.ts';

const resources: JsonSchema = { type: 'array', items: resourceSchema };

/**
 * What `spec.resources` names.
 * @param namespace the object's own.
 * @returns undefined where it has another form than the CRD says.
 */
export function resourceReferences(
  listed: readonly ResourceReference[],
  namespace: string,
): readonly TargetReference[] | undefined {
  if (schemaViolation(resources, listed, 'spec.resources') !== undefined) return undefined;
  return listed.map((entry, index) => targetReference(entry, index, namespace));
}
