/** The rules between the fields of `spec.exposure`, in the two forms of {@link ReceiverRule}. */
import type { ServiceExposure, ServiceType } from './exposure.ts';
import type { ReceiverSpec } from './receiver/receiver.ts';
import type { ReceiverRule } from './receiver/receiver-rule.ts';

/** A field of the Service that means something for some types only. */
function serviceFieldRule(field: keyof ServiceExposure, types: readonly ServiceType[]): ReceiverRule {
  const listed = types.map((type) => `'${type}'`).join(', ');
  const message = `${field} needs the type ${types.join(' or ')}`;
  const service = 'self.exposure.service';
  return {
    validation: {
      rule:
        `!has(self.exposure) || !has(${service}) || !has(${service}.${field}) || ` +
        `!has(${service}.type) || ${service}.type in [${listed}]`,
      message,
      reason: 'FieldValueForbidden',
      fieldPath: `.exposure.service.${field}`,
    },
    holds({ exposure }: ReceiverSpec) {
      const { [field]: value, type } = exposure?.service ?? {};
      return (
        (value ?? undefined) === undefined || (type ?? undefined) === undefined || types.includes(type as ServiceType)
      );
    },
    message: () => message,
  };
}

export const exposureRules: readonly ReceiverRule[] = [
  serviceFieldRule('nodePort', ['NodePort', 'LoadBalancer']),
  serviceFieldRule('loadBalancerClass', ['LoadBalancer']),
  serviceFieldRule('loadBalancerSourceRanges', ['LoadBalancer']),
];
