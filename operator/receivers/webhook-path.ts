import { createHash } from 'node:crypto';
import { HOOK_PREFIX } from '../api/receiver/receiver.ts';

/**
 * The path of a Receiver: `/hook/` and the hex SHA-256 of token, name and namespace, joined without a separator.
 * For a type without a Secret the token is empty.
 */
export function webhookPath(token: Buffer, name: string, namespace: string): string {
  const digest = createHash('sha256').update(token).update(name).update(namespace).digest('hex');
  return `${HOOK_PREFIX}${digest}`;
}

const WEBHOOK_PATH = /^\/hook\/[0-9a-f]{64}$/;

/** Whether a status holds a path that this operator or Flux's could have written. */
export function isWebhookPath(path: string | undefined): path is string {
  return path !== undefined && WEBHOOK_PATH.test(path);
}
