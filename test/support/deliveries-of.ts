import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import type { World } from './world.ts';

/**
 * What is remembered of an object of the world, from the newest to the oldest, by the API of the operator's process.
 * @param plural `receivers`, `brokerreceivers` or `alerts`.
 */
export async function deliveriesOf(
  { operator, namespace }: Pick<World, 'operator' | 'namespace'>,
  plural: string,
  name: string,
): Promise<readonly RecordView[]> {
  const response = await fetch(`${operator.pageUrl}/api/v1/${plural}/${namespace}/${name}/deliveries`);
  if (!response.ok) throw new Error(`${response.status} for the deliveries of ${plural} ${name}`);
  const { items } = (await response.json()) as { items: readonly RecordView[] };
  return items;
}
