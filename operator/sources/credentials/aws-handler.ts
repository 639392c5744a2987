/** Carries the requests of Amazon's SDK, on guarded connections. */

import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { checkWrittenAddress } from '../../verify/guarded-lookup.ts';
import { createGuardedAgents } from '../guarded-agents.ts';
import type { SecretData } from '../source.ts';
import { NotOverTlsError } from './aws-code.ts';

type Client = typeof import('../clients/sqs.ts');

export type AwsHandler = Pick<
  NodeHttpHandler,
  'metadata' | 'handle' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
>;

export interface AwsHandlerOptions {
  readonly maxSockets: number;
  readonly certificates?: SecretData | undefined;
  readonly timeoutMs?: number;
  /** What is sent is worth having as it is: only over TLS, or to this machine. */
  readonly secret?: true;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[?::1\]?|localhost)$/;
const silent = () => undefined;
const SILENT = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

export function createAwsHandler(sdk: Client, options: AwsHandlerOptions): AwsHandler {
  const { maxSockets, certificates, timeoutMs, secret } = options;
  const handler = new sdk.NodeHttpHandler({
    ...createGuardedAgents({ maxSockets, certificates }),
    ...(timeoutMs !== undefined && { requestTimeout: timeoutMs, throwOnRequestTimeout: true }),
    logger: SILENT,
  });
  return {
    metadata: handler.metadata,
    async handle(request, handlerOptions) {
      const { protocol, hostname } = request;
      checkWrittenAddress(new URL(`${protocol}//${hostname}`));
      if (secret && protocol === 'http:' && !LOOPBACK.test(hostname)) {
        throw new NotOverTlsError();
      }
      return handler.handle(request, handlerOptions);
    },
    updateHttpClientConfig: (key, value) => handler.updateHttpClientConfig(key, value),
    httpHandlerConfigs: () => handler.httpHandlerConfigs(),
    destroy: () => handler.destroy(),
  };
}
