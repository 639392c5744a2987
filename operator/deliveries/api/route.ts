/**
 * The contract of a route of the API: one file each in `routes/`, and a line in its registry. A route is found, its
 * object is known, and the caller has the right to it before `answer` is called; what it throws as a {@link Problem} is
 * the answer. It also describes itself for `openapi.json`.
 *
 * ```ts
 * export const countRoute: Route = {
 *   method: 'GET',
 *   path: '/:kind/:namespace/:name/count',
 *   right: 'deliveries',
 *   describe: { summary: 'How many deliveries are remembered', answer: { type: 'integer' } },
 *   answer: async ({ object }, { journal }) => journal.of(objectOf(object)).length,
 * };
 * ```
 */
import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../records/record.ts';
import type { Access, Caller, Right } from './access.ts';
import type { ShownKind } from './kinds.ts';
import type { PageContext } from './page-context.ts';
import type { Streams } from './streams.ts';

/** As OpenAPI 3.1 has it, which is JSON Schema of 2020-12. */
export type ApiSchema = Readonly<Record<string, unknown>>;

export interface RouteDescription {
  readonly summary: string;
  /** Of the query, by name; the path's are described by the path. */
  readonly query?: Readonly<Record<string, { readonly description: string; readonly schema: ApiSchema }>>;
  /** Of the request, by name. */
  readonly headers?: Readonly<Record<string, { readonly description: string }>>;
  /** Of the body of a POST. */
  readonly body?: ApiSchema;
  /** Of the body of 200. */
  readonly answer: ApiSchema;
  /** Beside `application/json`. */
  readonly answerType?: string;
  /** Statuses of its problems beside those that all routes share. */
  readonly problems?: readonly number[];
}

/** What routes share beside what they are given of the operator. */
export interface ApiState {
  readonly context: PageContext;
  readonly access: Access;
  readonly streams: Streams;
  /** All of them. */
  readonly routes: readonly Route[];
}

export interface ApiRequest {
  /** Of the path's segments. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed; undefined where there is none. */
  readonly body: unknown;
  readonly caller: Caller;
  /** Of a path with `:kind`. */
  readonly kind: ShownKind | undefined;
  /** Of a path with `:name`. */
  readonly object: ShownObject | undefined;
  /** Of the header `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
}

/** The object of a path: it exists. */
export interface ShownObject {
  readonly ref: ObjectRef;
  readonly kind: ShownKind;
  readonly value: KubeObject;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below `/api/v1`, with `:kind` (or a plural itself), `:namespace`, `:name` and others as segments. */
  readonly path: string;
  /** On the object of the path, one of them; a caller without any is answered 404. */
  readonly right?: Right | readonly Right[];
  /** A caller must say who it is, even over loopback. */
  readonly needsUser?: true;
  /** It does something: only with `--page-actions`. */
  readonly acts?: true;
  readonly describe: RouteDescription;
  /** @returns the body of 200, as JSON. @throws Problem */
  answer?(request: ApiRequest, state: ApiState): Promise<unknown>;
  /** In place of `answer`: takes the response, whose status is not sent yet. @throws Problem before it is. */
  stream?(request: ApiRequest, state: ApiState, response: ServerResponse): Promise<void>;
}
