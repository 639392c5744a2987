/** Flux's recorded scenarios: a Provider, an Alert and events in; requests and Kubernetes Events out. */
import type { Alert, AlertSpec } from '../../../operator/api/alert/alert.ts';
import type { Provider, ProviderSpec } from '../../../operator/api/provider/provider.ts';
import recorded from './recorded-scenarios.json' with { type: 'json' };
import type { RecorderAnswer } from './recorder.ts';

export interface Scenario {
  readonly name: string;
  readonly provider: ProviderSpec;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly alertChanges?: Partial<AlertSpec>;
  readonly flags?: readonly string[];
  readonly serverAnswers?: readonly RecorderAnswer[];
  readonly posts: readonly Post[];
  readonly requests: readonly ExpectedRequest[];
  readonly kubernetesEvents?: readonly string[];
}

export interface Post {
  readonly label: string;
  readonly answer: number;
  readonly base?: 'info' | 'error';
  readonly changes?: Readonly<Record<string, unknown>>;
  readonly method?: string;
  readonly raw?: string;
  readonly size?: number;
}

export interface ExpectedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly rawBody?: string;
}

export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  (recorded.scenarios as unknown as Scenario[]).map((scenario) => [scenario.name, scenario]),
);

const HOST = 'SERVER';

/** The text with the address of the test's own server. */
export function withHost<T>(value: T, host: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(HOST, host)) as T;
}

/** The body that a controller posts. */
export function bodyOf(post: Post): string {
  if (post.raw !== undefined) return post.raw;
  if (post.size !== undefined) return JSON.stringify({ message: 'x'.repeat(post.size) });
  const base: Record<string, unknown> = structuredClone(recorded.events[post.base ?? 'info']);
  const { absent = [], ...changes } = post.changes ?? {};
  for (const [field, change] of Object.entries(changes)) base[field] = changed(base[field], change);
  for (const field of absent as readonly string[]) delete base[field];
  return JSON.stringify(base);
}

/** `{"+": {…}}` adds keys. */
function changed(before: unknown, change: unknown): unknown {
  const added = typeof change === 'object' && change !== null && '+' in change ? change['+'] : undefined;
  return added === undefined ? change : { ...(before as object), ...(added as object) };
}

/** The body that a request is expected to have, as a value. */
export function expectedBody({ body }: ExpectedRequest): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body), (_key, value) => SENT.get(value) ?? value);
}

/** Of the events, by what stands for them. */
const SENT = new Map<unknown, unknown>([
  ['@info', recorded.sent.info],
  ['@error', recorded.sent.error],
]);

/** The scenario's objects. @param host of the server that stands for the service. */
export function objectsOf(scenario: Scenario, host: string): { readonly alert: Alert; readonly provider: Provider } {
  const { alert, provider } = structuredClone({ alert: recorded.alert, provider: recorded.provider });
  const alertSpec = { ...alert.spec, ...scenario.alertChanges } as AlertSpec;
  return {
    alert: { metadata: alert.metadata, spec: alertSpec },
    provider: { metadata: provider.metadata, spec: withHost(scenario.provider, host) },
  };
}
