import type { KeptDeliveriesSpec } from '../../api/deliveries.ts';
import type { BodiesToKeep } from './copy-body.ts';

/**
 * What an object wants to be kept, by its spec.
 * @param secret the data of its Secret, decoded; undefined where there is none.
 * @returns undefined: nothing.
 */
export function bodiesToKeep(
  deliveries: KeptDeliveriesSpec | null | undefined,
  secret: Readonly<Record<string, Uint8Array>> | undefined,
): BodiesToKeep | undefined {
  const count = deliveries?.keepBodies ?? 0;
  if (count === 0) return undefined;
  return { count, secrets: Object.values(secret ?? {}).map((value) => Buffer.from(value).toString()) };
}
