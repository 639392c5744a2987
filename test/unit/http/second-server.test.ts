/** A server of another kind, made of the same parts: any path and method, metrics and messages of its own. */
import { Counter, Histogram } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import type { Endpoint } from '../../../operator/http/endpoint.ts';
import { defaultLimits } from '../../../operator/http/guard/limits.ts';
import { createGuardedServer, type GuardedServer } from '../../../operator/http/guarded-server.ts';
import { createLogger } from '../../../operator/observe/log.ts';
import { createHttpMetrics, createMetrics } from '../../../operator/observe/metrics.ts';
import { exchange, proxies, requestText } from './start-server.ts';

/** Takes everything, and stores it. */
function echo(seen: string[]): Endpoint {
  return {
    name: 'events',
    allowedMethods: () => ['POST'],
    admit: (path, method) => ({
      type: 'event',
      about: { name: 'inbox' },
      head({ headers }) {
        if (headers['x-bad'] !== undefined) throw new RequestError('PayloadInvalid');
        return async (body) => {
          seen.push(`${method} ${path} ${body.toString()}`);
          return 202;
        };
      },
    }),
  };
}

const running: GuardedServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

it('has every limit, and counts and logs under its own names', async () => {
  const { registry } = createMetrics();
  const lines: string[] = [];
  const seen: string[] = [];
  const server = createGuardedServer({
    endpoint: echo(seen),
    limits: { ...defaultLimits, maxBodyBytes: 10 },
    trusted: proxies(),
    proxyProtocol: false,
    log: createLogger({ level: 'info', encoding: 'json', destination: { write: (line) => void lines.push(line) } }),
    messages: { refused: 'event refused', failed: 'event failed unexpectedly' },
    metrics: {
      http: createHttpMetrics(registry, { prefix: 'gotk_event_http', server: 'event server' }),
      handler: '/',
      requests: new Counter({ name: 'events', help: 'x', labelNames: ['type', 'result'], registers: [registry] }),
      duration: new Histogram({ name: 'seconds', help: 'x', labelNames: ['type', 'code'], registers: [registry] }),
      resultOf: () => 'accepted',
    },
  });
  running.push(server);
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const status = async (request: string) => (await exchange(port, request))?.status;
  expect(await status(requestText('/', 'one'))).toBe(202);
  expect(await status(requestText('/any/path', 'two').replace('POST', 'PATCH'))).toBe(202);
  expect(await status(requestText('/', 'x'.repeat(11)))).toBe(413);
  expect(await status(requestText('/', 'three', ['X-Bad: 1']))).toBe(400);
  expect(seen).toEqual(['POST / one', 'PATCH /any/path two']);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'event refused', controller: 'events', name: 'inbox', code: 'BodyTooLarge' },
    { msg: 'event refused', controller: 'events', name: 'inbox', code: 'PayloadInvalid' },
  ]);
  const text = await registry.metrics();
  expect(text).toContain(
    'gotk_event_http_request_duration_seconds_count{service="",handler="/",method="PATCH",code="202"} 1',
  );
  expect(text).toContain('events{type="event",result="accepted"} 2');
  expect(text).not.toContain('gotk_receiver_http_request_duration_seconds_count{');
});
