/**
 * The rules between the fields of a Receiver's spec, each in two forms side by side: CEL for the API server, and a
 * predicate for the operator, because an old API server does not run CEL.
 */
import { followRule } from '../deliveries-schema.ts';
import { exposureRules } from '../exposure-rules.ts';
import type { ReceiverSpec } from './receiver.ts';
import type { ReceiverRule } from './receiver-rule.ts';

/** What the rules have to know of a receiver type; the webhook registry's entries fit. */
export interface ReceiverTypeRule {
  /** The value of `spec.type`. */
  readonly name: string;
  readonly validatedBy: string;
  readonly secret: 'required' | 'refused';
  readonly oidcProviders: 'required' | 'refused';
}

interface RuleText {
  /** The names of the types that the rule is about. */
  readonly types: readonly string[];
  /** What must be so for these types: as CEL over `self`, and as a predicate. */
  readonly condition: string;
  readonly holds: (spec: ReceiverSpec) => boolean;
  readonly fieldPath: string;
  readonly reason: 'FieldValueRequired' | 'FieldValueForbidden';
  /** Follows "type <name> ". */
  readonly text: string;
}

const hasSecret = (spec: ReceiverSpec): boolean => spec.secretRef !== undefined && spec.secretRef !== null;
const hasProviders = (spec: ReceiverSpec): boolean => (spec.oidcProviders ?? []).length > 0;

/** CEL that lets every type but these be as it is; it names whichever are fewer, these or the others. */
function forTypes(types: readonly string[], all: readonly string[], condition: string): string {
  const typeIn = (names: readonly string[]) => `self.type in [${names.map((name) => `'${name}'`).join(', ')}]`;
  const others = all.filter((name) => !types.includes(name));
  if (others.length === 0) return condition;
  return `${types.length <= others.length ? `!(${typeIn(types)})` : typeIn(others)} || ${condition}`;
}

function receiverRule(text: RuleText, all: readonly string[]): ReceiverRule {
  const { types, condition, holds, fieldPath, reason } = text;
  return {
    validation: {
      rule: forTypes(types, all, condition),
      message: `this type ${text.text}`,
      messageExpression: `'type ' + self.type + ' ${text.text}'`,
      reason,
      fieldPath,
    },
    holds: (spec) => !types.includes(spec.type) || holds(spec),
    message: (spec) => `type ${spec.type} ${text.text}`,
  };
}

/** One rule for each case in which there is a type, in the order in which a user should hear of them. */
export function receiverRules(types: readonly ReceiverTypeRule[]): readonly ReceiverRule[] {
  const namesWhere = (fits: (type: ReceiverTypeRule) => boolean) => types.filter(fits).map(({ name }) => name);
  const withProviders = namesWhere((type) => type.oidcProviders === 'required');
  const texts: RuleText[] = [
    {
      types: namesWhere((type) => type.secret === 'required'),
      condition: 'has(self.secretRef)',
      holds: hasSecret,
      fieldPath: '.secretRef',
      reason: 'FieldValueRequired',
      text: 'needs secretRef.name, the Secret in this namespace whose key token holds the token shared with the sender',
    },
    {
      types: namesWhere((type) => type.secret === 'refused'),
      condition: '!has(self.secretRef)',
      holds: (spec) => !hasSecret(spec),
      fieldPath: '.secretRef',
      reason: 'FieldValueForbidden',
      text: 'takes no secretRef, because the ID token proves the sender: remove it',
    },
    {
      types: withProviders,
      condition: '(has(self.oidcProviders) && size(self.oidcProviders) > 0)',
      holds: hasProviders,
      fieldPath: '.oidcProviders',
      reason: 'FieldValueRequired',
      text: 'needs at least one entry in oidcProviders, the issuers whose ID tokens it accepts',
    },
    {
      types: namesWhere((type) => type.oidcProviders === 'refused'),
      condition: '!has(self.oidcProviders) || size(self.oidcProviders) == 0',
      holds: (spec) => !hasProviders(spec),
      fieldPath: '.oidcProviders',
      reason: 'FieldValueForbidden',
      text: `takes no oidcProviders: remove them, or set type to ${withProviders.join(' or ')}`,
    },
  ];
  const all = types.map(({ name }) => name);
  const ofTypes = texts.filter((text) => text.types.length > 0).map((text) => receiverRule(text, all));
  return [...ofTypes, ...exposureRules, { ...followRule, message: () => followRule.validation.message }];
}
