/** The CRD's rules applied once more by the operator: an old API server, or a CRD changed by hand, may not hold them. */
import { ReceiverError } from '../errors.ts';
import { schemaViolation } from '../schema-violation.ts';
import type { ReceiverSpec } from './receiver.ts';
import { type ReceiverTypeRule, receiverRules } from './receiver-rules.ts';
import { receiverSpecSchema } from './receiver-schema.ts';

/**
 * Accepts exactly what the CRD accepts; the spec may be of any shape.
 * @param types the webhook registry's entries.
 * @throws ReceiverError ValidationFailed, with the first thing that is wrong and what to change.
 */
export function validateReceiver(spec: ReceiverSpec, types: readonly ReceiverTypeRule[]): void {
  const violation = schemaViolation(receiverSpecSchema(types), spec, 'spec');
  if (violation !== undefined) throw new ReceiverError('ValidationFailed', violation);
  const broken = receiverRules(types).find((rule) => !rule.holds(spec));
  if (broken === undefined) return;
  throw new ReceiverError('ValidationFailed', `spec${broken.validation.fieldPath}: ${broken.message(spec)}`);
}
