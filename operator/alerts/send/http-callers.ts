/**
 * Makes the HTTP callers of all Providers. Those without TLS settings and a proxy of their own share their connections:
 * many Providers mostly call one service.
 */
import type { Dispatcher } from 'undici';
import { createDispatcher } from './create-dispatcher.ts';
import { createHttpCaller, type HttpCaller, type HttpCallerOptions } from './http-caller.ts';

/** They end when the last caller that may use them is closed. */
interface Shared {
  dispatcher: Dispatcher | undefined;
  callers: number;
}

export function createHttpCallers(): (options: HttpCallerOptions) => HttpCaller {
  const shared: Shared = { dispatcher: undefined, callers: 0 };
  return (options) => {
    if (options.tls !== undefined || options.proxy !== undefined) return createHttpCaller(options);
    return sharing(shared, options);
  };
}

function sharing(shared: Shared, options: HttpCallerOptions): HttpCaller {
  let closed = false;
  shared.callers += 1;
  return createHttpCaller(options, {
    dispatcher() {
      shared.dispatcher ??= createDispatcher(options);
      return shared.dispatcher;
    },
    async close() {
      if (closed) return;
      closed = true;
      shared.callers -= 1;
      if (shared.callers > 0) return;
      const { dispatcher } = shared;
      shared.dispatcher = undefined;
      await dispatcher?.close();
    },
  });
}
