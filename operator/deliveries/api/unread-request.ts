/** Answers requests that nothing of the page sees: what node:http cannot read. */
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode, problemBody, problemTable } from './problem.ts';

/** By what node:http says of them; anything else is malformed. */
const PROBLEMS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['HeadersTooLarge', 'The headers are over 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['TimedOut', 'A request must arrive within 10 s'],
};

/** Has a server answer them as it answers all others. */
export function answerUnreadRequests(server: Server): void {
  /** Those on which an answer is under way. */
  const busy = new WeakSet<Duplex>();
  server.prependListener('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET' || busy.has(socket)) socket.destroy();
    else socket.end(answerTo(error));
  });
}

function answerTo({ code = '' }: NodeJS.ErrnoException): string {
  const [problem, detail] = PROBLEMS[code] ?? ['Malformed', 'The request cannot be read'];
  const { status } = problemTable[problem];
  const body = JSON.stringify(problemBody(new Problem(problem, detail)));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Cache-Control: no-store',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
