/** Reads the body of a request: JSON, up to a limit, and a few at a time. */
import type { IncomingMessage } from 'node:http';
import { singleHeader } from './check-host.ts';
import { Problem } from './problem.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_BODIES = 8;

let reading = 0;

/** @returns what it says; undefined where it is empty. @throws Problem with 400, 413 or 429 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BYTES) throw tooLarge();
  if (reading >= MAX_BODIES) throw new Problem('TooManyRequests', 'Too many bodies are read now');
  reading += 1;
  try {
    const bytes = await bytesOf(request);
    return bytes.length === 0 ? undefined : parsed(request, bytes);
  } finally {
    reading -= 1;
  }
}

function bytesOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BYTES) chunks.push(chunk);
      else {
        // The rest is read and dropped, until the server's own timeout: else the sender might never see the answer.
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => reject(new Problem('BodyInvalid', 'The connection ended before the body did')));
    request.once('error', () => reject(new Problem('BodyInvalid', 'The connection ended before the body did')));
  });
}

function parsed(request: IncomingMessage, bytes: Buffer): unknown {
  const type = singleHeader(request, 'content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new Problem('BodyInvalid', 'The body is not application/json');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new Problem('BodyInvalid', 'The body is not JSON');
  }
}

function tooLarge(): Problem {
  return new Problem('BodyTooLarge', 'The body is over 1 MiB');
}
