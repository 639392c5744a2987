/** Health and metrics over HTTP. */
import { afterEach, describe, expect, it } from 'vitest';
import { createHealthServer, createMetricsServer, type OpsServer } from '../../../operator/http/ops-server.ts';
import { createLogger } from '../../../operator/observe/log.ts';
import { createMetrics } from '../../../operator/observe/metrics.ts';

const logLines: string[] = [];
const log = createLogger({
  level: 'info',
  encoding: 'json',
  destination: { write: (line) => void logLines.push(line) },
});
const running: OpsServer[] = [];

async function start(server: OpsServer): Promise<string> {
  running.push(server);
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${port}`;
}

afterEach(async () => {
  logLines.length = 0;
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describe('the health server', () => {
  it.each([
    ['ready', true, 200, 'ok\n'],
    ['nothing missing', [], 200, 'ok\n'],
    ['not ready', false, 503, 'not ready\n'],
    ['what is missing', ['receivers', 'secrets'], 503, 'receivers\nsecrets\n'],
  ])('tells on /readyz: %s', async (_name, answer, status, text) => {
    const url = await start(createHealthServer({ ready: () => answer, log }));
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('answers 404 to what it does not know, and 500 without a word to a fault of its own', async () => {
    const ready = () => {
      throw new Error('the inside');
    };
    const url = await start(createHealthServer({ ready, log }));
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(404);
    const failed = await fetch(`${url}/readyz`);
    expect([failed.status, await failed.text()]).toEqual([500, 'internal error\n']);
    expect(logLines.join('')).toContain('the inside');
  });

  it('says in one line that its address is taken', async () => {
    const url = new URL(await start(createHealthServer({ ready: () => true, log })));
    const second = createHealthServer({ ready: () => true, log });
    const address = { host: '127.0.0.1', port: Number(url.port), flag: '--health-addr', text: url.host };
    await expect(second.listen(address)).rejects.toThrow(`--health-addr ${url.host}: address already in use`);
  });
});

describe('the metrics server', () => {
  it('serves what there is in the format of Prometheus', async () => {
    const metrics = createMetrics();
    metrics.webhooks.inc({ type: 'github', result: 'accepted' });
    const url = await start(createMetricsServer({ registry: metrics.registry, log }));
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('sluice_webhooks_total{type="github",result="accepted"} 1');
    expect(text).toContain('process_resident_memory_bytes');
    expect((await fetch(`${url}/`)).status).toBe(404);
  });
});
