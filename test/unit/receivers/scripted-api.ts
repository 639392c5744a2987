/** An API server in a few lines: each request is answered by what the test says, and written down. */
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';

export interface ScriptedApi {
  readonly client: KubeClient;
  readonly requests: readonly KubeRequest[];
  /** `METHOD path` of each request. */
  readonly asked: readonly string[];
  /** From now on requests are answered so; an Error is thrown, a Promise waited for. */
  answer(by: (request: KubeRequest) => unknown): void;
}

export function createScriptedApi(): ScriptedApi {
  const requests: KubeRequest[] = [];
  let answerTo: (request: KubeRequest) => unknown = () => ({});
  return {
    requests,
    get asked() {
      return requests.map(({ method, path }) => `${method} ${path}`);
    },
    answer(by) {
      answerTo = by;
    },
    client: {
      async request<T>(request: KubeRequest): Promise<T> {
        requests.push(request);
        const answer = await answerTo(request);
        if (answer instanceof Error) throw answer;
        return answer as T;
      },
      stream() {
        throw new Error('nothing is watched here');
      },
      close: () => Promise.resolve(),
    },
  };
}
