/**
 * The limit of one webhook: node:http reads a request, the target at its path is patched through the operator's client,
 * and 200 is answered; nothing is verified, filtered, counted or logged. In a process of its own, with the kubeconfig as
 * its argument; its one message is its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kubeClientFor } from '../../test/support/kube-client-for.ts';
import { targetPatch } from './target-patch.ts';

const client = kubeClientFor(process.argv[2] ?? '');

async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await client.request(targetPatch(request.url ?? ''));
  response.writeHead(200, { 'Content-Length': 0 }).end();
}

const server = createServer((request, response) => {
  request.resume().once('end', () => void relay(request, response));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
