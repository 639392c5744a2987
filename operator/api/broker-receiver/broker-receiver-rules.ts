/**
 * The rules between the fields of a BrokerReceiver's spec, each in two forms side by side: CEL for the API server, and a
 * predicate for the operator, because an old API server does not run CEL.
 */
import { followRule } from '../deliveries-schema.ts';
import type { JsonSchema, ValidationRule } from '../json-schema.ts';
import type { BrokerReceiverSpec } from './broker-receiver.ts';

/** What the rules have to know of a broker; the entries of the registry of sources fit. */
export interface BrokerTypeRule {
  /** The value of `spec.type`, and the name of its block. */
  readonly name: string;
  /** Of the block. */
  readonly schema: JsonSchema;
  /** CEL over `self`, the block, that is true where a ServiceAccount can be the identity; absent: never. */
  readonly serviceAccountWhen?: string;
  /** The same in words, for the messages; absent: always. */
  readonly serviceAccountWith?: string;
  identity(block: unknown): 'required' | 'optional' | 'secret-only';
  /** What in the block cannot work, beside what its schema says; undefined: nothing. */
  check(block: unknown): string | undefined;
}

export interface BrokerReceiverRule {
  readonly validation: ValidationRule & { readonly fieldPath: string };
  /** Given a spec that fits the schema. */
  holds(spec: BrokerReceiverSpec): boolean;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

type Reason = NonNullable<ValidationRule['reason']>;

function rule(
  text: { readonly rule: string; readonly message: string; readonly fieldPath: string; readonly reason: Reason },
  holds: BrokerReceiverRule['holds'],
): BrokerReceiverRule {
  return { validation: text, holds };
}

const credentials = rule(
  {
    rule: '!has(self.secretRef) || !has(self.serviceAccountName)',
    message: 'serviceAccountName cannot be set together with secretRef: remove one of them',
    fieldPath: '.serviceAccountName',
    reason: 'FieldValueForbidden',
  },
  ({ secretRef, serviceAccountName }) => !isSet(secretRef) || !isSet(serviceAccountName),
);

const targets = rule(
  {
    rule: 'has(self.resources) != has(self.receiverRef)',
    message: 'set either resources, or receiverRef alone',
    fieldPath: '.resources',
    reason: 'FieldValueRequired',
  },
  ({ resources, receiverRef }) => isSet(resources) !== isSet(receiverRef),
);

function notWithReceiver(field: 'events' | 'resourceFilter' | 'format'): BrokerReceiverRule {
  return rule(
    {
      rule: `!has(self.receiverRef) || !has(self.${field})`,
      message: `receiverRef takes no ${field}, because the Receiver decides: remove it`,
      fieldPath: `.${field}`,
      reason: 'FieldValueForbidden',
    },
    (spec) => !isSet(spec.receiverRef) || !isSet(spec[field]),
  );
}

function blockRules({ name }: BrokerTypeRule): readonly BrokerReceiverRule[] {
  return [
    rule(
      {
        rule: `self.type != '${name}' || has(self.${name})`,
        message: `type ${name} needs ${name}, the block with its settings`,
        fieldPath: `.${name}`,
        reason: 'FieldValueRequired',
      },
      (spec) => spec.type !== name || isSet(spec[name]),
    ),
    rule(
      {
        rule: `self.type == '${name}' || !has(self.${name})`,
        message: `${name} is for type ${name} alone: remove it, or set type to ${name}`,
        fieldPath: `.${name}`,
        reason: 'FieldValueForbidden',
      },
      (spec) => spec.type === name || !isSet(spec[name]),
    ),
  ];
}

function serviceAccountRule(type: BrokerTypeRule): readonly BrokerReceiverRule[] {
  const { name, serviceAccountWhen: when, serviceAccountWith: only } = type;
  if (when === 'true') return [];
  const condition = when === undefined ? '' : ` || (${when.replaceAll('self.', `self.${name}.`)})`;
  return [
    rule(
      {
        rule: `self.type != '${name}' || !has(self.serviceAccountName) || !has(self.${name})${condition}`,
        message: `type ${name} takes no serviceAccountName${only === undefined ? '' : ` but with ${only}`}: set secretRef`,
        fieldPath: '.serviceAccountName',
        reason: 'FieldValueForbidden',
      },
      (spec) =>
        spec.type !== name ||
        !isSet(spec.serviceAccountName) ||
        !isSet(spec[name]) ||
        type.identity(spec[name]) !== 'secret-only',
    ),
  ];
}

/** In the order in which a user should hear of them. */
export function brokerReceiverRules(types: readonly BrokerTypeRule[]): readonly BrokerReceiverRule[] {
  return [
    ...types.flatMap(blockRules),
    credentials,
    ...types.flatMap(serviceAccountRule),
    targets,
    ...(['events', 'resourceFilter', 'format'] as const).map(notWithReceiver),
    followRule,
  ];
}
