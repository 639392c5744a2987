/**
 * The events of one watch, read from the lines of its response.
 */
import { ApiError, type Status } from '../api-error.ts';
import type { KubeClient, KubeObject } from '../kube-client.ts';

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** Of its object only the resourceVersion says anything: where the watch has come to. */
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject };

const INTERNAL_ERROR = 500;

/**
 * Ends when the server ends the watch.
 * @throws ApiError when the server refuses it or ends it with an error (410: its past is gone); ConnectionError when
 * the connection breaks; Error for a line that is no event.
 */
export async function* watchEvents(
  client: KubeClient,
  request: Parameters<KubeClient['stream']>[0],
): AsyncGenerator<WatchEvent> {
  for await (const line of client.stream(request)) yield eventOf(line);
}

function eventOf(line: string): WatchEvent {
  let event: { type?: unknown; object?: unknown } | null;
  try {
    event = JSON.parse(line) as typeof event;
  } catch (error) {
    // The parser's message would quote the object, which may be a secret.
    throw new Error('a line of the watch is not JSON', { cause: error instanceof Error ? error.name : undefined });
  }
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      if (!isObject(event.object)) throw new Error('an event of the watch has no object');
      if (!isNamed(event.object, event.type)) throw new Error('an object of the watch has no name or no version');
      return { type: event.type, object: event.object };
    case 'ERROR': {
      const status = (event.object ?? {}) as Status;
      const seconds = status.details?.retryAfterSeconds;
      throw new ApiError(status.code ?? INTERNAL_ERROR, status, seconds === undefined ? undefined : seconds * 1000);
    }
    default:
      throw new Error('a line of the watch is no event');
  }
}

/** Without a version it could not be gone on from; the object of a bookmark has nothing else. */
function isNamed({ metadata: { name, resourceVersion } }: KubeObject, type: string): boolean {
  return typeof resourceVersion === 'string' && (type === 'BOOKMARK' || typeof name === 'string');
}

function isObject(object: unknown): object is KubeObject {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return false;
  return typeof object.metadata === 'object' && object.metadata !== null;
}
