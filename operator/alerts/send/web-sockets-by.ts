/** Makes WebSockets as every other call of a Provider: with its TLS settings, through its proxy, to no link-local address. */
import type { WebSocket } from 'undici';
import { createDispatcher } from './create-dispatcher.ts';
import type { HttpCallerOptions } from './http-caller.ts';

export interface WebSockets {
  /** For clients that make WebSockets of a class that they are given. */
  readonly WebSocket: new (
    url: string,
    protocols?: string | string[],
  ) => WebSocket;
  close(): Promise<void>;
}

export async function webSocketsBy(options: HttpCallerOptions): Promise<WebSockets> {
  const client = await import('../clients/web-socket.ts');
  const dispatcher = createDispatcher(options);
  return {
    WebSocket: class extends client.WebSocket {
      constructor(url: string, protocols: string | string[] = []) {
        super(url, { protocols, dispatcher });
      }
    },
    // Those that are open are broken off: whoever has them has closed them before.
    close: () => dispatcher.destroy(),
  };
}
