/** Serves the built page, and answers of its API that a test gives: for tests of the page alone, without an operator. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { buildPage, pageFiles } from '../../../scripts/build-page.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the contract has it. */
const HEADERS = {
  'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** What is asked for: the path below `/api/v1/` with its query. */
export interface PageRequest {
  readonly method: string;
  readonly url: URL;
  readonly token: string;
  readonly body: unknown;
}

/** `[status, body]`; undefined: 404. A stream takes the response itself. */
export type PageAnswer = readonly [status: number, body: unknown] | undefined;

export interface PageServer {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  /** Sends an event to every stream that is open. */
  send(id: string, record: unknown): void;
  /** Ends every stream that is open. */
  cut(): void;
  close(): Promise<void>;
}

interface State {
  readonly folder: string;
  readonly answer: (request: PageRequest) => PageAnswer | Promise<PageAnswer>;
  readonly streams: Set<ServerResponse>;
}

export async function startPageServer(answer: State['answer']): Promise<PageServer> {
  const state: State = { folder: await buildPage(), answer, streams: new Set() };
  const server = createServer((request, response) => {
    void handle(state, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send(id, record) {
      for (const stream of state.streams) {
        stream.write(`event: delivery\nid: ${id}\ndata: ${JSON.stringify(record)}\n\n`);
      }
    },
    cut() {
      for (const stream of state.streams) stream.end();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://page');
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
  if (pageFiles.some((file) => file === name)) {
    response.setHeader('Content-Type', TYPES[extname(name)] ?? '');
    response.setHeader('Content-Encoding', 'br');
    response.end(readFileSync(join(state.folder, `${name}.br`)));
    return;
  }
  if (url.pathname.endsWith('/stream')) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(': there\n\n');
    state.streams.add(response);
    response.once('close', () => state.streams.delete(response));
    return;
  }
  const [status, body] = (await state.answer(await pageRequest(request, url))) ?? [
    404,
    { code: 'NotFound', status: 404 },
  ];
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
}

async function pageRequest(request: IncomingMessage, url: URL): Promise<PageRequest> {
  const text = Buffer.concat(await request.toArray()).toString();
  const below = new URL(url.href.replace('/api/v1/', '/'));
  return {
    method: request.method ?? '',
    url: below,
    token: (request.headers.authorization ?? '').replace(/^Bearer /, ''),
    body: text === '' ? undefined : JSON.parse(text),
  };
}
