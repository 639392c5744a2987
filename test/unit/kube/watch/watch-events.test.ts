import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../operator/kube/api-error.ts';
import type { KubeClient } from '../../../../operator/kube/kube-client.ts';
import { type WatchEvent, watchEvents } from '../../../../operator/kube/watch/watch-events.ts';

/** A watch whose response has these lines. */
function clientOf(lines: readonly string[]): KubeClient {
  return {
    request: () => Promise.reject(new Error('only a watch is made')),
    async *stream() {
      yield* lines;
    },
    close: async () => undefined,
  };
}

async function eventsOf(...lines: (string | object)[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  for await (const event of watchEvents(clientOf(texts), { method: 'GET', path: '/api/v1/secrets' }))
    events.push(event);
  return events;
}

const object = { metadata: { name: 'a', resourceVersion: '7' } };

describe('watchEvents', () => {
  it('reads what an API server sends', async () => {
    const lines = (['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'] as const).map((type) => ({ type, object }));
    expect(await eventsOf(...lines)).toEqual(lines);
  });

  it('throws the error that ends a watch, with what the server asks for', async () => {
    const status = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410, message: 'too old' };
    const expired = await eventsOf({ type: 'ERROR', object: status }).catch((error: unknown) => error);
    expect(expired).toBeInstanceOf(ApiError);
    expect(expired).toMatchObject({ httpStatus: 410, reason: 'Expired', message: 'too old', retryAfterMs: undefined });
    const busy = { ...status, code: 429, details: { retryAfterSeconds: 3 } };
    await expect(eventsOf({ type: 'ERROR', object: busy })).rejects.toMatchObject({ retryAfterMs: 3_000 });
    await expect(eventsOf({ type: 'ERROR' })).rejects.toMatchObject({ httpStatus: 500 });
  });

  it.each([
    ['no JSON', '{"type":"ADDED","object":{"data":"hunter2"'],
    ['no object', '"hunter2"'],
    ['nothing', 'null'],
    ['of no known type', { type: 'hunter2', object }],
    ['without its object', { type: 'ADDED' }],
    ['with an object without metadata', { type: 'ADDED', object: { data: 'hunter2' } }],
    ['with an object whose metadata are null', { type: 'ADDED', object: { data: 'hunter2', metadata: null } }],
    [
      'with an object without a name',
      { type: 'ADDED', object: { data: 'hunter2', metadata: { resourceVersion: '7' } } },
    ],
    ['with an object without a version', { type: 'DELETED', object: { data: 'hunter2', metadata: { name: 'a' } } }],
    ['a bookmark without a version', { type: 'BOOKMARK', object: { data: 'hunter2', metadata: {} } }],
  ])('throws for a line that is %s, without quoting it', async (_what, line) => {
    const error = await eventsOf(line).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(ApiError);
    const { message, cause } = error as Error;
    expect(`${message} ${String(cause)}`).not.toContain('hunter2');
  });
});
