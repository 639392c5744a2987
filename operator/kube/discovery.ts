/**
 * From a kind to where its objects live. Flux's own kinds are known by heart; every other is looked up in the API
 * server's discovery documents.
 */

import { type Clock, systemClock } from '../observe/clock.ts';
import { isNotFound } from './api-error.ts';
import { knownFluxType } from './flux-types.ts';
import type { KubeClient, ResourceType } from './kube-client.ts';

export interface Discovery {
  /**
   * Where objects of that kind live; undefined when the API server serves no such kind at the moment. One that is
   * missing is asked for again at most every 10 s.
   * @throws ApiError, ConnectionError when the API server could not be asked.
   */
  resolve(apiVersion: string, kind: string): Promise<ResourceType | undefined>;
}

/** metav1.APIResourceList, of which only this is read. */
interface ApiResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

interface GroupVersion {
  readonly byKind: ReadonlyMap<string, ResourceType>;
  readonly askedAtMs: number;
}

interface State {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly known: Map<string, GroupVersion>;
  /** Requests under way, so that all who ask for the same at the same time share one. */
  readonly asking: Map<string, Promise<GroupVersion>>;
}

const ASK_AGAIN_AFTER_MS = 10_000;
/** API versions come from users' manifests; what they make up must not fill the memory. */
const MOST_GROUP_VERSIONS = 1000;
/** `v1` or `group/version` in the characters that Kubernetes allows; anything else could lead to another URL. */
const API_VERSION = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9]{1,63}$/;

export function createDiscovery(client: KubeClient, options: { readonly clock?: Clock } = {}): Discovery {
  const state: State = { client, clock: options.clock ?? systemClock, known: new Map(), asking: new Map() };
  return {
    async resolve(apiVersion, kind) {
      const fluxType = knownFluxType(apiVersion, kind);
      if (fluxType !== undefined || !API_VERSION.test(apiVersion)) return fluxType;
      const known = state.known.get(apiVersion);
      const found = known?.byKind.get(kind);
      if (found !== undefined) return found;
      if (known !== undefined && state.clock.elapsedMs() - known.askedAtMs < ASK_AGAIN_AFTER_MS) return undefined;
      return (await ask(state, apiVersion)).byKind.get(kind);
    },
  };
}

function ask(state: State, apiVersion: string): Promise<GroupVersion> {
  const asking = state.asking.get(apiVersion);
  if (asking !== undefined) return asking;
  const answer = lookUp(state, apiVersion).finally(() => state.asking.delete(apiVersion));
  state.asking.set(apiVersion, answer);
  return answer;
}

async function lookUp(state: State, apiVersion: string): Promise<GroupVersion> {
  const askedAtMs = state.clock.elapsedMs();
  const list = await readList(state.client, apiVersion);
  const byKind = new Map<string, ResourceType>();
  for (const { name, kind, namespaced } of list.resources ?? []) {
    // `deployments/scale` is a part of an object, under a kind of its own.
    if (!name.includes('/')) byKind.set(kind, { apiVersion, plural: name, namespaced });
  }
  const answer = { byKind, askedAtMs };
  state.known.delete(apiVersion);
  state.known.set(apiVersion, answer);
  const oldest = state.known.keys().next();
  if (state.known.size > MOST_GROUP_VERSIONS && oldest.done === false) state.known.delete(oldest.value);
  return answer;
}

async function readList(client: KubeClient, apiVersion: string): Promise<ApiResourceList> {
  const root = apiVersion.includes('/') ? '/apis' : '/api';
  try {
    return await client.request<ApiResourceList>({ method: 'GET', path: `${root}/${apiVersion}` });
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}
