/** The delivery with an id that somebody names, of whichever replica took it. */
import type { HeldDelivery } from '../records/held-delivery.ts';
import type { BodyContent, ObjectRef } from '../records/record.ts';
import type { PageContext } from './page-context.ts';
import { notFoundAmong, Problem } from './problem.ts';

/** @throws Problem with 404 where there is none. */
export async function findHeld(
  { records }: Pick<PageContext, 'records'>,
  object: ObjectRef,
  id: string | undefined,
): Promise<HeldDelivery> {
  const { answers, partial } = await records.bodies({ object, id: id ?? '' });
  const [found] = answers.flatMap(({ items }) => items);
  if (found === undefined) throw notFoundAmong(partial);
  return found;
}

/** The kept body of a delivery. @throws Problem with 409 where there is none. */
export function bodyOf({ body }: HeldDelivery): BodyContent {
  if (typeof body === 'object') return body;
  const why =
    body === 'TooLarge'
      ? 'is larger than bodies that are kept may be'
      : 'is not kept: set spec.deliveries.keepBodies for the next ones';
  throw new Problem('NoBody', `The body of the delivery ${why}`);
}
