/** The CRD's rules applied once more by the operator: an old API server, or a CRD changed by hand, may not hold them. */
import { ReceiverError } from '../errors.ts';
import { schemaViolation } from '../schema-violation.ts';
import type { BrokerReceiverSpec } from './broker-receiver.ts';
import { type BrokerTypeRule, brokerReceiverRules } from './broker-receiver-rules.ts';
import { brokerReceiverSpecSchema } from './broker-receiver-schema.ts';

/**
 * Accepts what the CRD accepts, but for addresses that are never connected to; the spec may be of any shape.
 * @param types the entries of the registry of sources.
 * @throws ReceiverError ValidationFailed, with the first thing that is wrong and what to change.
 */
export function validateBrokerReceiver(spec: BrokerReceiverSpec, types: readonly BrokerTypeRule[]): void {
  const violation = schemaViolation(brokerReceiverSpecSchema(types), spec, 'spec');
  if (violation !== undefined) throw new ReceiverError('ValidationFailed', violation);
  const broken = brokerReceiverRules(types).find((rule) => !rule.holds(spec));
  if (broken !== undefined) {
    const { fieldPath, message } = broken.validation;
    throw new ReceiverError('ValidationFailed', `spec${fieldPath}: ${message}`);
  }
  const fault = types.find(({ name }) => name === spec.type)?.check(spec[spec.type]);
  if (fault !== undefined) throw new ReceiverError('ValidationFailed', fault);
}
