/**
 * What the rest of the operator may ask of an API server. `client.ts` makes one on an undici Pool.
 */
import type { ObjectMeta } from '../api/meta.ts';

/** Where objects live: `/api/v1` or `/apis/<group>/<version>` plus a plural. */
export interface ResourceType {
  /** `v1` or `group/version`. */
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

export interface KubeList<T> {
  apiVersion?: string;
  kind?: string;
  metadata: { resourceVersion?: string; continue?: string };
  items: T[] | null;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, from the server's root: `/apis/…`; name segments already encoded by `resourcePath`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`; for PATCH name the patch type. */
  readonly contentType?: string;
  readonly accept?: string;
  /** Of the whole exchange; default 30 s. */
  readonly timeoutMs?: number;
  /** Nobody waits for it: such requests get at most a quarter of the client's own rate, and `timeoutMs` begins after that. */
  readonly background?: boolean;
  readonly signal?: AbortSignal;
}

export interface KubeClient {
  /**
   * One exchange, answered with the parsed JSON body.
   * @throws ApiError for a status of 400 and up; ConnectionError when there was no answer at all.
   */
  request<T>(request: KubeRequest): Promise<T>;
  /**
   * A watch: yields each line of the response as text, ends when the server ends it, throws when the connection breaks
   * or the signal aborts. `idleTimeoutMs` breaks a silent connection.
   */
  stream(request: KubeRequest & { readonly idleTimeoutMs?: number }): AsyncIterable<string>;
  /** Ends the connections; requests under way are broken off. */
  close(): Promise<void>;
}
