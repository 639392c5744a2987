/** A rule between the fields of a Receiver's spec. */
import type { ValidationRule } from '../json-schema.ts';
import type { ReceiverSpec } from './receiver.ts';

export interface ReceiverRule {
  readonly validation: ValidationRule & { readonly fieldPath: string };
  holds(spec: ReceiverSpec): boolean;
  /** Says what to change; the same words as the API server's. */
  message(spec: ReceiverSpec): string;
}
