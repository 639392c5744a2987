import type { ApiRequest, GitApi } from './git-api.ts';

/** The status that counts of those with this context; the newest comes first. Undefined: there is none. */
export async function newestOfContext(
  api: GitApi,
  list: ApiRequest,
  context: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  for await (const status of api.items(list, signal)) if (status.context === context) return status;
  return undefined;
}
