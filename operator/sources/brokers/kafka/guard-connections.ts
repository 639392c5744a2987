/**
 * Keeps the client's connections from link-local addresses, those included that a cluster says its brokers have. The client
 * has no option for that without TLS, so its one function that connects is replaced.
 */
import { checkWrittenAddress, guardedLookup } from '../../../verify/guarded-lookup.ts';

type Client = typeof import('../../clients/kafka.ts');
type Callback = (error?: Error | null) => void;
/** Of the client, of which it uses the form with a callback alone. */
type Connect = (this: { readonly context: unknown }, host: string, port: number, callback: Callback) => void;

/** The client's `context`: which of its connections use TLS, and look names up by the options of TLS. */
export interface ConnectionContext {
  readonly tls: boolean;
}

const guarded = new WeakSet<object>();

/** Does it once for the client's module. */
export function guardConnections({ Connection, NetworkError }: Client): void {
  const { prototype } = Connection;
  if (guarded.has(prototype)) return;
  guarded.add(prototype);
  const connect = prototype.connect as Connect;
  const lookup = guardedLookup();
  const guardedConnect: Connect = function (host, port, callback) {
    const refuse = (cause: Error) => callback(new NetworkError('no connection', { cause, canRetry: false }));
    try {
      checkWrittenAddress(new URL(`tcp://${host.includes(':') ? `[${host}]` : host}`));
    } catch (error) {
      queueMicrotask(() => refuse(error as Error));
      return;
    }
    if ((this.context as ConnectionContext | undefined)?.tls) connect.call(this, host, port, callback);
    else {
      lookup(host, {}, (error, address) => {
        if (error !== null) refuse(error);
        else connect.call(this, String(address), port, callback);
      });
    }
  };
  prototype.connect = guardedConnect as typeof prototype.connect;
}
