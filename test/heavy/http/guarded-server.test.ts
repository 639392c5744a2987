/** The receiver server under floods of requests: bounded memory, and an answer for everybody else. */
import { afterEach, describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import { heldBytes } from '../../support/held-bytes.ts';
import {
  connectTo,
  exchange,
  HOOK,
  requestText,
  type Served,
  type ServedOptions,
  startServer,
} from '../../unit/http/start-server.ts';

const running: Served[] = [];

async function start(options?: ServedOptions): Promise<Served> {
  const served = await startServer(options);
  running.push(served);
  return served;
}

async function expectAlive({ port }: Served): Promise<void> {
  expect((await exchange(port, requestText(HOOK, '{}')))?.status).toBe(200);
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

describe('a flood', () => {
  it('of 100,000 unknown paths adds no series and keeps no memory', async () => {
    const served = await start();
    const total = 100_000;
    const perBatch = 100;
    const ours = /^(gotk|sluice)_/gm;
    const countSeries = async () => (await served.metrics.registry.metrics()).match(ours)?.length;
    const flood = async (requests: number, tag: string) => {
      const connections = await Promise.all(Array.from({ length: 10 }, () => connectTo(served.port)));
      await Promise.all(
        connections.map(async (connection, index) => {
          for (let sent = 0; sent < requests / connections.length; sent += perBatch) {
            const paths = Array.from({ length: perBatch }, (_, one) => `/hook/${tag}-${index}-${sent + one}`);
            connection.send(paths.map((path) => requestText(path)).join(''));
            for (let one = 0; one < perBatch; one++) expect((await connection.answer())?.status).toBe(404);
          }
          connection.socket.destroy();
        }),
      );
    };
    await flood(10_000, 'warm');
    const seriesBefore = await countSeries();
    const heldBefore = heldBytes();
    await flood(total - 10_000, 'flood');
    expect(await countSeries()).toBe(seriesBefore);
    expect(heldBytes() - heldBefore).toBeLessThan(8 * 1024 * 1024);
    expect(await served.metric('sluice_webhooks_total', { type: 'unknown', result: 'PathUnknown' })).toBe(total);
    expect(served.logLines.length).toBeLessThan(1_000);
    expect(served.logLines.join('')).not.toContain('/hook/');
    await expectAlive(served);
  });

  it('of connections is cut at the limit', async () => {
    const served = await start({ limits: { maxConnections: 3 } });
    const taken = await Promise.all(Array.from({ length: 3 }, () => connectTo(served.port)));
    await Promise.all(
      taken.map(async (connection) => {
        connection.send(requestText(HOOK, '{}'));
        expect((await connection.answer())?.status).toBe(200);
      }),
    );
    const fourth = await connectTo(served.port);
    fourth.send(requestText(HOOK, '{}'));
    expect(await fourth.answer()).toBeUndefined();
    for (const { socket } of taken) socket.destroy();
    await expect.poll(async () => (await exchange(served.port, requestText(HOOK, '{}')))?.status).toBe(200);
  });

  it('that waits for no answer and takes none keeps little memory and nobody waiting', async () => {
    const served = await start();
    const before = heldBytes();
    const connections = await Promise.all(Array.from({ length: 50 }, () => connectTo(served.port)));
    const bad = requestText('/hook/unknown', '{}').repeat(1_000);
    for (const connection of connections) {
      connection.socket.pause();
      connection.send(bad);
    }
    const cut = () => served.metric('sluice_webhooks_total', { result: 'TooManyPipelined' });
    await expect.poll(cut).toBe(50);
    expect(heldBytes() - before).toBeLessThan(16 * 1024 * 1024);
    await expectAlive(served);
    for (const { socket } of connections) socket.destroy();
  });

  it('that is refused a few at a time is refused to the last one', async () => {
    const served = await start({ limits: { refusalsPerTurn: 1 } });
    const ask = () => exchange(served.port, requestText('/hook/unknown', '{}'));
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    expect(answers.map((answer) => answer?.status)).toEqual(Array(50).fill(404));
    await expectAlive(served);
  });

  it('of made-up methods is one series', async () => {
    const served = await start();
    for (const method of ['PROPFIND', 'MKCOL', 'LOCK']) {
      expect((await exchange(served.port, requestText('/x').replace('POST', method)))?.status).toBe(404);
    }
    const name = 'gotk_receiver_http_request_duration_seconds';
    const series = (await served.metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
    expect(new Set(series.map(({ labels }) => labels.method))).toEqual(new Set(['OTHER']));
    expect(new Set(series.map(({ labels }) => labels.handler))).toEqual(new Set(['/hook/']));
  });
});

describe('the memory of a body', () => {
  const kinds: readonly [name: string, head: string][] = [
    ['to an unknown path', `POST /hook/unknown HTTP/1.1\r\nHost: hooks\r\nContent-Length: 2900000\r\n\r\n`],
    [
      'that are forged',
      `POST ${HOOK} HTTP/1.1\r\nHost: hooks\r\nX-Signature: sha256=00\r\nContent-Length: 2900000\r\n\r\n`,
    ],
    ['of a tunnel', 'CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n'],
  ];
  it.each(kinds)('is not left to the garbage collector when there are many large ones %s', async (_name, head) => {
    const budget = 8 * 1024 * 1024;
    const served = await start({
      limits: { maxBufferedBytes: budget },
      deliver: () => Promise.reject(new RequestError('SignatureMismatch')),
    });
    const body = Buffer.alloc(2_900_000, 'x');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 1);
    const send = async (): Promise<void> => {
      const connection = await connectTo(served.port);
      connection.send(head);
      connection.send(body);
      expect((await connection.answer())?.status).toBeGreaterThanOrEqual(400);
      connection.socket.end();
      await connection.ended();
    };
    await Promise.all(Array.from({ length: 40 }, send));
    clearInterval(look);
    expect(most).toBeLessThan(budget + 40 * 128 * 1024);
  });
});
