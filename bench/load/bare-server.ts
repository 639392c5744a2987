/**
 * The limit of refusing: node:http reads a request, takes the HMAC of its body and answers 400, and nothing else. In a
 * process of its own; its one message is its port.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { serveParent } from './serve-parent.ts';

const key = createSecretKey(randomBytes(32));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    createHmac('sha256', key).update(Buffer.concat(chunks)).digest();
    response.writeHead(400, { 'Content-Length': 0 }).end();
  });
});
serveParent(server);
