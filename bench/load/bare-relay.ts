/**
 * The limit of one webhook: node:http reads a request, the target at its path is patched through the operator's client,
 * and 200 is answered; nothing is verified, filtered, counted or logged. In a process of its own, with the kubeconfig as
 * its argument; its one message is its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { reconcilePatch } from '../../operator/receivers/reconcile-patch.ts';
import { createRequestedAt } from '../../operator/receivers/requested-at.ts';
import { kubeClientFor } from '../../test/support/kube-client-for.ts';
import { serveParent } from './serve-parent.ts';

const client = kubeClientFor(process.argv[2] ?? '');
const requestedAt = createRequestedAt();

async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await client.request(reconcilePatch(request.url ?? '', requestedAt()));
  response.writeHead(200, { 'Content-Length': 0 }).end();
}

serveParent(
  createServer((request, response) => {
    request.resume().once('end', () => void relay(request, response));
  }),
);
