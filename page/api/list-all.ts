/** Reads a list to its end, page by page. */
import { get } from './request.ts';
import type { List } from './types.ts';

/** What a browser can hold and a person search. */
const MOST = 10_000;

/** Until it is read. */
export const EMPTY_LIST = { items: [], continue: '', partial: [], recordingSince: {} } as const;

/** @param path may have a query. @throws ProblemError */
export async function listAll<Item>(path: string, signal: AbortSignal): Promise<List<Item>> {
  const items: Item[] = [];
  const partial = new Set<string>();
  let recordingSince: Readonly<Record<string, string>> = {};
  let next = '';
  do {
    const more: string = next === '' ? '' : `${path.includes('?') ? '&' : '?'}continue=${encodeURIComponent(next)}`;
    const page: List<Item> = await get(`${path}${more}`, signal);
    items.push(...page.items);
    for (const replica of page.partial) partial.add(replica);
    recordingSince = { ...recordingSince, ...page.recordingSince };
    next = page.continue;
  } while (next !== '' && items.length < MOST);
  return { items, continue: next, partial: [...partial], recordingSince };
}
