/** The part of OpenAPI v3, as a structural CRD schema may use it, that the kinds of this operator need. */
export interface JsonSchema {
  readonly type: 'object' | 'array' | 'string' | 'boolean' | 'integer';
  /** What `kubectl explain` prints. */
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** Lengths count characters (code points). */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly 'x-kubernetes-list-type'?: 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** One CEL rule over a whole object of the schema. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  /** CEL of type string; `message` is what is said when it fails. */
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** The field at fault, relative to the object: `.secretRef`. */
  readonly fieldPath?: string;
}
