/** A service of any kind for tests: answers as it is told and keeps what it was sent. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface RecordedRequest {
  readonly method: string;
  /** With its query; of a request to a proxy without its origin. */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Buffer;
}

/** What the first answer that fits says: `match` is a method, or a method, a blank and a path with or without its query. With status 0 there is none. */
export interface RecorderAnswer {
  readonly match: string;
  readonly status: number;
  readonly body: string;
  readonly header?: Readonly<Record<string, string>>;
}

export interface Recorder {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly requests: RecordedRequest[];
  close(): Promise<void>;
}

const DEFAULT_ANSWER: RecorderAnswer = { match: '', status: 200, body: '{"ok":true}' };

export async function startRecorder(answers: readonly RecorderAnswer[] = []): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request);
    const body = bytes.toString('utf8');
    const { method = '', url = '', headers } = request;
    const path = url.replace(/^https?:\/\/[^/]*/i, '');
    requests.push({ method, path, headers, body, bytes });
    const bare = path.split('?', 1)[0];
    const matches = [method, `${method} ${bare}`, `${method} ${path}`];
    const answer = answers.find(({ match }) => matches.includes(match)) ?? DEFAULT_ANSWER;
    if (answer.status === 0) return;
    response.writeHead(answer.status, answer.header);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
