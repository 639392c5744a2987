import type { KubeClient, KubeList, KubeObject, KubeRequest } from '../kube-client.ts';

/**
 * Lists a collection page by page, so that neither side ever holds all of it as text.
 * @returns the resourceVersion of the list, from which a watch may begin.
 * @throws ApiError (410 when a page came too late: begin again), ConnectionError
 */
export async function listPages(
  client: KubeClient,
  request: KubeRequest,
  pageSize: number,
  onItem: (object: KubeObject) => void,
): Promise<string> {
  let next: string | undefined;
  for (;;) {
    const query = { ...request.query, limit: pageSize, continue: next };
    const page = await client.request<KubeList<KubeObject>>({ ...request, query });
    const { metadata } = page;
    const kind = page.kind?.replace(/List$/, '');
    // An empty list of metadata has null for its items.
    for (const item of page.items ?? []) onItem(named(item, page.apiVersion, kind));
    next = metadata.continue;
    if (next === undefined || next === '') return metadata.resourceVersion ?? '';
  }
}

/** Of built-in kinds only the list says what its items are. */
function named(item: KubeObject, apiVersion: string | undefined, kind: string | undefined): KubeObject {
  if (item.kind !== undefined || kind === undefined || apiVersion === undefined) return item;
  return { apiVersion, kind, ...item };
}
