import type { Program } from '../../cel/cel.ts';

/** One entry of `spec.resources`, ready to be selected. */
export interface TargetEntry {
  /** Where it stands: `spec.resources[0]`. */
  readonly field: string;
  /** Why it can mean no object, in words that name the field; a webhook then answers 500. */
  readonly fault: string | undefined;
  /** Undefined where the kind has no default and the entry names none: a webhook then answers 500. */
  readonly apiVersion: string | undefined;
  readonly kind: string;
  /** A name, or `*`. */
  readonly name: string;
  readonly namespace: string;
  readonly matchLabels: Readonly<Record<string, string>> | undefined;
  readonly filter: Program | undefined;
  /** Whether the object's metadata must be known before it may be annotated. */
  readonly needsMetadata: boolean;
}
