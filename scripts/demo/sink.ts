/** The service of the demo's Provider: takes what is posted, and says so. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Sink {
  readonly url: string;
  /** What was posted, the oldest first. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

/** @param onArrival gets each body that is posted. */
export async function startSink(onArrival: (body: string) => void): Promise<Sink> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    response.end();
    bodies.push(body);
    onArrival(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    bodies,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
