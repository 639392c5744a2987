/** Calls to the API server, by the operator's own count of their answers. */

/** Calls by HTTP method. */
export async function apiCallsOf(metricsUrl: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(metricsUrl)).text();
  const calls: Record<string, number> = {};
  for (const [, labels, value] of text.matchAll(/^rest_client_requests_total\{(.*)\} (\d+)$/gm)) {
    const method = /method="(\w+)"/.exec(labels ?? '')?.[1] ?? '';
    calls[method] = (calls[method] ?? 0) + Number(value);
  }
  return calls;
}
