/** Copies a body while its flow has it. */
import { printSeen, type SeenBeside } from './seen-beside.ts';

/** What an object wants to be kept of its bodies. */
export interface BodiesToKeep {
  /** How many. */
  readonly count: number;
  /** The values of its Secret, which no body may show. */
  readonly secrets: readonly string[];
}

/** A body that outlives its request, until it is redacted. */
export interface BodyCopy {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  /** What `printSeen` gave. */
  readonly seen?: string | undefined;
  readonly wanted: BodiesToKeep;
}

/** The largest body that is kept. */
export const MAX_BODY_BYTES = 64 * 1024;
/** What filters see beside a body is kept up to here; without it, the body would be judged otherwise. */
export const MAX_SEEN_BYTES = 16 * 1024;

/** The copy that `keep` takes, or why there is none. Undefined: none is wanted. */
export function copyBody(
  body: Buffer,
  contentType: string | undefined,
  wanted: BodiesToKeep | undefined,
  seenBeside: SeenBeside = {},
): BodyCopy | 'TooLarge' | undefined {
  if (wanted === undefined || body.length === 0) return undefined;
  const seen = printSeen(seenBeside);
  if (body.length > MAX_BODY_BYTES || (seen?.length ?? 0) > MAX_SEEN_BYTES) return 'TooLarge';
  return { bytes: Buffer.from(body), contentType, seen, wanted };
}
