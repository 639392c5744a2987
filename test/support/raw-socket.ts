/** Bytes on a socket as they are, for requests that no HTTP client would send. */
import { connect } from 'node:net';

/**
 * Sends the parts one after the other and waits for the other side to end the connection, or to send `until`.
 * @param url of the server. @param parts text is sent as Latin-1, one byte a character; null ends our side early.
 * @returns all that came back.
 */
export function rawRequest(
  url: string,
  parts: readonly (string | Buffer | null)[],
  until = '\r\n\r\n',
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let seen = '';
    const socket = connect(Number(port), hostname, () => {
      for (const part of parts) {
        if (part === null) socket.end();
        else socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
      }
    });
    const done = (): void => {
      resolve(seen);
      socket.destroy();
    };
    socket.setTimeout(300_000, () => {
      reject(new Error(`no answer in time; so far: ${seen.slice(0, 100)}`));
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      if (seen.includes(until)) done();
    });
    socket.on('close', done);
    // The server may reset a connection whose rest it does not want; what it said before counts.
    socket.on('error', done);
  });
}

/** The status of the first answer in what came back; 0: none came. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}
