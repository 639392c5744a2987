import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConnectionError } from '../../../../operator/kube/api-error.ts';
import { createDeadline, type Deadline } from '../../../../operator/kube/transport/deadline.ts';
import { type Answer, send } from '../../../../operator/kube/transport/send.ts';
import { waitFor } from '../../../support/wait-for.ts';

const MAX_BYTES = 1000;

let server: Server;
let pool: Pool;
let listener: RequestListener;
let asked: string[];
const deadlines: Deadline[] = [];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1, pipelining: 1 });
});

afterEach(async () => {
  for (const deadline of deadlines.splice(0)) deadline.clear();
  await pool.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function get(path = '/', deadline = createDeadline(60_000)): Promise<Answer> {
  deadlines.push(deadline);
  return send(pool, { method: 'GET', path }, deadline, MAX_BYTES);
}

it('gives the status, the headers and the whole body', async () => {
  listener = (_request, response) => {
    response.writeHead(201, { 'x-test': 'yes' });
    response.write('one ');
    setImmediate(() => response.end('two'));
  };
  const { status, headers, body } = await get();
  expect({ status, test: headers['x-test'], body: body.toString() }).toEqual({
    status: 201,
    test: 'yes',
    body: 'one two',
  });
});

it('gives an empty body, and looks past early hints', async () => {
  listener = (_request, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.writeHead(204).end();
  };
  const { status, headers, body } = await get();
  expect(status).toBe(204);
  expect(headers).not.toHaveProperty('link');
  expect(body).toHaveLength(0);
});

it('takes no more than it may, and goes on with the next request', async () => {
  listener = (request, response) => void response.end('x'.repeat(request.url === '/large' ? MAX_BYTES + 1 : MAX_BYTES));
  await expect(get('/large')).rejects.toThrow(ConnectionError);
  await expect(get('/large')).rejects.toThrow('an answer is larger than 1000 bytes');
  expect((await get('/small')).body).toHaveLength(MAX_BYTES);
});

it('never sends what was given up while it stood in line', async () => {
  let answer = (): void => undefined;
  listener = (_request, response) => {
    answer = () => void response.end();
  };
  const first = get('/first');
  const controller = new AbortController();
  const second = get('/second', createDeadline(60_000, controller.signal));
  await waitFor('the first request', () => asked.length === 1);
  controller.abort();
  await expect(second).rejects.toThrow('the request was broken off');
  answer();
  await first;
  listener = (_request, response) => void response.end();
  await get('/third');
  expect(asked).toEqual(['GET /first', 'GET /third']);
});

it('fails when the server closes the connection in the middle of the body', async () => {
  listener = (_request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('half');
    setImmediate(() => response.destroy());
  };
  await expect(get()).rejects.toThrow();
});
