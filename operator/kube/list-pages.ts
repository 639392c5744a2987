import type { KubeClient, KubeList, KubeObject, KubeRequest } from './kube-client.ts';

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
    const { metadata, items } = await client.request<KubeList<KubeObject>>({ ...request, query });
    // An empty list of metadata has null for its items.
    for (const item of items ?? []) onItem(item);
    next = metadata.continue;
    if (next === undefined || next === '') return metadata.resourceVersion ?? '';
  }
}
